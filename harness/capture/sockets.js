// Runs in a shared worker before its own script: a WebSocket to an address that is held back is opened to one that leads nowhere.
// To the worker it is as if its server could not be reached. `patterns` as URLPattern takes them; `nowhere` names what stands before
// the true address, of which the capture records it.
(patterns, nowhere) => {
  const { WebSocket: Native, URL, URLPattern, Proxy, Reflect, Object, String, encodeURIComponent } = globalThis;
  if (!Native || !URLPattern) return;
  const { construct } = Reflect, { defineProperty } = Object, tests = [];
  for (const each of patterns) {
    try {
      const pattern = new URLPattern(each);
      tests.push(pattern.test.bind(pattern));
    } catch {
      // What no URL can be like.
    }
  }
  const address = (said) => {
    try {
      // Not before its script runs: a worker that is asked for its address before it has one ends its whole process.
      const url = new URL(said, location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      url.hash = '';
      return url.href;
    } catch {
      return '';
    }
  };
  const held = (url) => {
    for (let at = 0; at < tests.length; at++) if (tests[at](url)) return true;
    return false;
  };
  const Stand = new Proxy(Native, {
    construct(target, given, made) {
      if (given.length) given[0] = String(given[0]);
      const url = given.length ? address(given[0]) : '';
      if (!url || !held(url)) return construct(target, given, made);
      given[0] = url.slice(0, url.indexOf(':')) + nowhere + encodeURIComponent(url);
      return defineProperty(construct(target, given, made), 'url', { value: url, configurable: true });
    },
  });
  defineProperty(Native.prototype, 'constructor', { value: Stand, writable: true, configurable: true });
  defineProperty(globalThis, 'WebSocket', { value: Stand, writable: true, configurable: true });
}
