export const explained = {};
