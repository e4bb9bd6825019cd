// https://segment.com/docs/connections/sources/catalog/libraries/website/javascript/
import {AnalyticsBrowser} from '@segment/analytics-next';

window.start = async own => {
    const analytics = AnalyticsBrowser.load(
        {writeKey: '0123456789abcdefghijABCDEFGHIJ01', ...(own && {cdnURL: own})},
        own ? {integrations: {'Segment.io': {
            apiHost: own.replace(/^https?:../, '') + '/v1', protocol: 'http', deliveryStrategy: {strategy: 'batching', config: {size: 10, timeout: 5000}}
        }}} : {}
    );
    return {
        page: title => analytics.page(title),
        cart: item => analytics.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => analytics.track('Order Completed', {
            order_id: order.id, total: order.total, currency: order.currency,
            products: order.items.map(item => ({product_id: item.sku, price: item.price, quantity: item.quantity}))
        }),
        identify: user => analytics.identify(user, {plan: 'guest'})
    };
};
