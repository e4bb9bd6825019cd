// https://support.countly.com/hc/en-us/articles/360037441932-Web-analytics-JavaScript
import Countly from 'countly-sdk-web';

window.start = async own => {
    Countly.init({app_key: '0123456789abcdef0123456789abcdef01234567', url: own || 'https://tees.count.ly'});
    return {
        page: () => Countly.track_pageview('/tee'),
        cart: item => Countly.add_event({key: 'Product Added', count: 1, segmentation: {product_id: item.sku, quantity: item.quantity}}),
        order: order => Countly.add_event({
            key: 'Order Completed', count: 1, sum: order.total, segmentation: {order_id: order.id, currency: order.currency}
        }),
        identify: user => Countly.user_details({username: user})
    };
};
