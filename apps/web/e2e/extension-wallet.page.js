// Runs in the page, before any of its own scripts: the half of the extension's wallet that a page sees.
const listeners = new Map();

const provider = {
  async request({ method, params }) {
    const { declined, result, chainId } = await window.extensionWalletRequest(method, params);
    if (declined) throw Object.assign(new Error('User rejected the request.'), { code: 4001 });
    if (method === 'wallet_switchEthereumChain') listeners.get('chainChanged')?.forEach((tell) => tell(`0x${chainId.toString(16)}`));
    return result;
  },
  on(event, listener) {
    listeners.set(event, [...(listeners.get(event) ?? []), listener]);
  },
  removeListener(event, listener) {
    listeners.set(
      event,
      (listeners.get(event) ?? []).filter((known) => known !== listener),
    );
  },
};

const info = {
  uuid: '8f2f5a0e-3d0f-4a52-9a0b-1c2d3e4f5a6b',
  name: 'Satchel',
  icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
  rdns: 'test.muster.satchel',
};
const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
window.addEventListener('eip6963:requestProvider', announce);
announce();
