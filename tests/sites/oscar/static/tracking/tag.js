// A tag of the shop's own: sends what the data layer is told to GA4, in its wire format, once analytics is granted.
// Wire format: https://developers.google.com/analytics/devguides/collection/ga4
(function () {
    'use strict';
    const ACCOUNT = 'G-BOOKS00001';
    const COLLECT = 'https://www.google-analytics.com/g/collect';
    const EVENT_FIELDS = {transaction_id: 'ep', value: 'epn', tax: 'epn', shipping: 'epn', page_type: 'ep'};
    const ITEM_FIELDS = {item_id: 'id', item_name: 'nm', price: 'pr', quantity: 'qt'};
    const SIGNALS = ['ad_storage', 'analytics_storage', 'ad_user_data', 'ad_personalization'];
    const state = {default: {}, update: {}};
    const waiting = [];
    const page = String(Math.floor(Math.random() * 2 ** 31));

    const granted = signal => (state.update[signal] || state.default[signal]) === 'granted';

    function letter(signal) {
        const set = [state.default[signal], state.update[signal]].join();
        return {'denied,': 'p', 'denied,denied': 'q', 'denied,granted': 'r', 'granted,': 't', 'granted,denied': 'u', 'granted,granted': 'v'}[set] || 'l';
    }

    function client() {
        const known = /(?:^|; )_ga=GA1\.1\.([\d.]+)/.exec(document.cookie);
        if (known) return known[1];
        const fresh = Math.floor(Math.random() * 2 ** 31) + '.' + Math.floor(Date.now() / 1000);
        document.cookie = '_ga=GA1.1.' + fresh + '; path=/; max-age=63072000; samesite=lax';
        return fresh;
    }

    function send(entry) {
        const query = new URLSearchParams({v: '2', tid: ACCOUNT, _p: page, cid: client(), en: entry.event});
        query.set('gcs', 'G1' + Number(granted('ad_storage')) + Number(granted('analytics_storage')));
        query.set('gcd', '1' + SIGNALS.map(signal => '3' + letter(signal)).join('') + '5l1');
        query.set('dl', entry.location);
        query.set('dt', document.title);
        if (document.referrer) query.set('dr', document.referrer);
        const values = {...entry.values, ...(entry.values.ecommerce || {})};
        if (values.currency) query.set('cu', values.currency);
        for (const [name, prefix] of Object.entries(EVENT_FIELDS)) {
            if (values[name] === undefined) continue;
            query.set((typeof values[name] === 'string' ? 'ep' : prefix) + '.' + name, values[name]);
        }
        (values.items || []).forEach((item, index) => {
            query.set('pr' + (index + 1), Object.entries(ITEM_FIELDS).map(([name, key]) => key + item[name]).join('~'));
        });
        navigator.sendBeacon(COLLECT + '?' + query);
    }

    function flush() {
        while (granted('analytics_storage') && waiting.length) send(waiting.shift());
    }

    function take(entry) {
        if (entry && entry[0] === 'consent') Object.assign(state[entry[1]], entry[2]);
        else if (entry && typeof entry.event === 'string') waiting.push({event: entry.event, values: entry, location: location.href});
        flush();
    }

    const layer = window.dataLayer;
    const push = layer.push;
    layer.push = function (...entries) {
        const length = push.apply(layer, entries);
        entries.forEach(take);
        return length;
    };
    layer.slice().forEach(take);
})();
