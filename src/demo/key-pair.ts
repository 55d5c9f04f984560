import ssh2 from 'ssh2';

/**
 * An ed25519 key pair that ssh2 can read again. Of the keys that it makes about one in 300 is malformed: its public key
 * is a byte short.
 */
export function makeKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
