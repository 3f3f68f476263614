"""A site with one app; the databases come from the environment, as `DATABASES` in JSON."""

import json
import os

SECRET_KEY = "only for tests"
DATABASES = json.loads(os.environ["SHOP_DATABASES"])
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
SAASOPS_SCHEMA = os.environ.get("SHOP_SAASOPS_SCHEMA")
