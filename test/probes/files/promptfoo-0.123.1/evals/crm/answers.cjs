module.exports = class {
  id() {
    return 'staging';
  }
  async callApi(prompt) {
    return prompt.includes('provider is down')
      ? { error: 'connect ECONNREFUSED 127.0.0.1:18789' }
      : { output: `You asked: ${prompt}` };
  }
};
