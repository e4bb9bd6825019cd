// https://docs.sentry.io/platforms/javascript/
import * as sentry from '@sentry/browser';

window.start = async own => {
    sentry.init({
        dsn: 'https://0123456789abcdef0123456789abcdef@o123456.ingest.de.sentry.io/4501234567890123', release: 'tees@1.0.0', tracesSampleRate: 1,
        integrations: [sentry.browserTracingIntegration()], ...(own && {tunnel: own + '/tunnel'})
    });
    return {
        page: () => {},
        cart: item => sentry.captureMessage('Product Added', {level: 'info', extra: {product_id: item.sku, price: item.price}}),
        order: order => sentry.captureException(new Error('order not stored'), {tags: {order_id: order.id, currency: order.currency}}),
        identify: user => sentry.setUser({id: user})
    };
};
