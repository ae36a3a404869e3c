"""The pages: one module per page, put together by `app.create_app`."""
