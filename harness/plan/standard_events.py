"""The event names that vendors know by themselves, for lint.

They are case-sensitive: a name that is nearly one of them arrives as a custom event that no report and no bidding counts.

Sources: https://developers.facebook.com/docs/meta-pixel/reference, https://ads.tiktok.com/help/article/standard-events-parameters,
https://help.pinterest.com/en/business/article/add-event-codes, https://businesshelp.snapchat.com/s/article/pixel-direct-implementation,
https://developers.google.com/analytics/devguides/collection/ga4/reference/events
"""

from __future__ import annotations

STANDARD_EVENTS: dict[str, frozenset[str]] = {
    "meta-pixel": frozenset({
        "AddPaymentInfo", "AddToCart", "AddToWishlist", "CompleteRegistration", "Contact", "CustomizeProduct", "Donate", "FindLocation",
        "InitiateCheckout", "Lead", "PageView", "Purchase", "Schedule", "Search", "StartTrial", "SubmitApplication", "Subscribe",
        "ViewContent",
    }),
    "tiktok": frozenset({
        "AddPaymentInfo", "AddToCart", "AddToWishlist", "ClickButton", "CompletePayment", "CompleteRegistration", "Contact", "Download",
        "InitiateCheckout", "PlaceAnOrder", "Search", "SubmitForm", "Subscribe", "ViewContent",
    }),
    "pinterest": frozenset({"addtocart", "checkout", "custom", "lead", "pagevisit", "search", "signup", "viewcategory", "watchvideo"}),
    "snapchat": frozenset({
        "ADD_BILLING", "ADD_CART", "ADD_TO_WISHLIST", "LIST_VIEW", "PAGE_VIEW", "PURCHASE", "SAVE", "SEARCH", "SIGN_UP", "START_CHECKOUT",
        "START_TRIAL", "SUBSCRIBE", "VIEW_CONTENT",
    }),
    "ga4": frozenset({
        "add_payment_info", "add_shipping_info", "add_to_cart", "add_to_wishlist", "begin_checkout", "generate_lead", "join_group", "login",
        "page_view", "purchase", "refund", "remove_from_cart", "search", "select_content", "select_item", "select_promotion", "share",
        "sign_up", "view_cart", "view_item", "view_item_list", "view_promotion", "view_search_results",
    }),
}  # fmt: skip

SAME_MEANING: dict[str, dict[str, str]] = {
    "meta-pixel": {
        "view_item": "ViewContent", "begin_checkout": "InitiateCheckout", "generate_lead": "Lead", "sign_up": "CompleteRegistration",
        "view_search_results": "Search",
    },
    "tiktok": {
        "view_item": "ViewContent", "begin_checkout": "InitiateCheckout", "purchase": "CompletePayment", "generate_lead": "SubmitForm",
        "sign_up": "CompleteRegistration",
    },
    "pinterest": {"page_view": "pagevisit", "purchase": "checkout", "generate_lead": "lead", "sign_up": "signup"},
    "snapchat": {"view_item": "VIEW_CONTENT", "add_to_cart": "ADD_CART", "begin_checkout": "START_CHECKOUT"},
}  # fmt: skip
"""GA4's recommended names, which plans mostly use as their own -> the vendor's name of the same thing."""
