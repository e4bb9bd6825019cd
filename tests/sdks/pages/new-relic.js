// https://docs.newrelic.com/docs/browser/browser-monitoring/installation/install-browser-monitoring-agent/
import {BrowserAgent} from '@newrelic/browser-agent/loaders/browser-agent';

window.start = async own => {
    const beacon = own ? own.replace(/^https?:../, '') : 'bam.eu01.nr-data.net';
    const agent = new BrowserAgent({
        init: {ajax: {deny_list: [beacon]}, session_replay: {enabled: false}, ...(own && {ssl: false, proxy: {beacon}})},
        info: {beacon, errorBeacon: beacon, licenseKey: 'NRJS-0123456789abcdef012', applicationID: '601234567', sa: 1},
        loader_config: {accountID: '1234567', trustKey: '1234567', agentID: '601234567', licenseKey: 'NRJS-0123456789abcdef012', applicationID: '601234567'}
    });
    return {
        page: title => agent.addPageAction('Page Viewed', {title}),
        cart: item => agent.addPageAction('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => agent.addPageAction('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => agent.setUserId(user)
    };
};
