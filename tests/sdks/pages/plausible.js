// https://github.com/plausible/analytics/tree/master/tracker/npm_package
import {init, track} from '@plausible-analytics/tracker';

window.start = async own => {
    init({
        domain: 'tees.example', autoCapturePageviews: false, captureOnLocalhost: true, ...(own && {endpoint: own + '/api/event'})
    });
    return {
        page: () => track('pageview', {}),
        cart: item => track('Product Added', {props: {product_id: item.sku, quantity: String(item.quantity)}}),
        order: order => track('Order Completed', {
            props: {order_id: order.id}, revenue: {amount: order.total, currency: order.currency}
        })
    };
};
