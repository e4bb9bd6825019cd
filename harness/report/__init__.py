"""What people read: Allure, terminal, JSON, HTML."""
