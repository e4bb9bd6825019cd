// A shop whose tracking is left to vendors' own scripts, which are loaded once the visitor agrees.
// Faults (cookie shop_fault): order-on-reload, tracks-after-denial, wrong-key.
'use strict';
const body = document.body.dataset;
const cookie = name => (document.cookie.match('(?:^|; )' + name + '=([^;]*)') || [])[1];
const fault = cookie('shop_fault');
const ITEM = {sku: 'TEE-01', name: 'Tee', price: 19.9, quantity: 1};
window.adapters = {};
window.wrongKey = fault === 'wrong-key';
window.dataLayer = [];
function gtag() { dataLayer.push(arguments); }

const waiting = [];
let trackers = null;
function track(call, ...values) {
    if (trackers) trackers.forEach(each => each[call](...values));
    else waiting.push([call, ...values]);
}

function script(src) {
    return new Promise((done, failed) => {
        const element = document.createElement('script');
        Object.assign(element, {src, onload: done, onerror: failed});
        document.head.append(element);
    });
}

async function measure() {
    const libraries = JSON.parse(body.libraries);
    const names = body.sdks.split(' ');
    await Promise.all(names.map(async name => {
        await script(libraries[name]);
        await script('/static/adapters/' + name + '.js');
    }));
    trackers = names.map(name => adapters[name]());
    waiting.splice(0).forEach(each => track(...each));
}

function decided(state) {
    gtag('consent', 'update', {analytics_storage: state});
    if (state === 'granted' || fault === 'tracks-after-denial') measure();
}

gtag('consent', 'default', {analytics_storage: 'denied'});
const banner = document.getElementById('consent');
if (cookie('shop_consent')) decided(cookie('shop_consent'));
else banner.hidden = false;
for (const [id, state] of [['consent-accept', 'granted'], ['consent-reject', 'denied']]) {
    document.getElementById(id).onclick = () => {
        document.cookie = 'shop_consent=' + state + '; path=/';
        banner.hidden = true;
        decided(state);
    };
}

track('page', document.querySelector('h1').textContent);
if (body.page === 'product') {
    document.getElementById('add').onclick = () => track('cart', ITEM);
    document.getElementById('buy').onclick = () => {
        sessionStorage.order = JSON.stringify({id: 'T-' + Date.now(), total: ITEM.price, currency: 'EUR', items: [ITEM]});
        location.href = 'thanks';
    };
}
if (body.page === 'thanks') {
    const order = JSON.parse(sessionStorage.order);
    document.getElementById('order-number').textContent = order.id;
    document.getElementById('total').textContent = order.total.toFixed(2) + ' €';
    if (sessionStorage.counted !== order.id || fault === 'order-on-reload') {
        track('identify', 'customer-1');
        track('order', order);
        sessionStorage.counted = order.id;
    }
}
