// https://docs.customer.io/integrations/data-in/connections/javascript/js-source/
import {AnalyticsBrowser} from '@customerio/cdp-analytics-browser';

window.start = async own => {
    const analytics = AnalyticsBrowser.load(
        {writeKey: '0123456789abcdef0123', ...(own && {cdnURL: own})},
        own ? {integrations: {'Customer.io Data Pipelines': {apiHost: own.replace(/^https?:../, '') + '/v1', protocol: 'http'}}} : {}
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
