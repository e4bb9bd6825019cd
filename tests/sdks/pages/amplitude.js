// https://amplitude.com/docs/sdks/analytics/browser/browser-sdk-2
import * as amplitude from '@amplitude/analytics-browser';

window.start = async own => {
    amplitude.init('0123456789abcdef0123456789abcdef', {
        autocapture: false, fetchRemoteConfig: false, ...(own && {serverUrl: own + '/2/httpapi'})
    });
    return {
        page: title => void amplitude.track('[Amplitude] Page Viewed', {'[Amplitude] Page Title': title}),
        cart: item => void amplitude.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => {
            const revenue = new amplitude.Revenue().setProductId(order.items[0].sku).setPrice(order.items[0].price).setQuantity(2);
            revenue.setRevenue(order.total).setEventProperties({order_id: order.id, currency: order.currency});
            amplitude.revenue(revenue);
        },
        identify: user => {
            amplitude.setUserId(user);
            amplitude.identify(new amplitude.Identify().set('plan', 'guest'));
        }
    };
};
