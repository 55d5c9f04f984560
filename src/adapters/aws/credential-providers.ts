// The two that are used: of a package that is loaded when needed, the build would ship and load every provider.
export { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
