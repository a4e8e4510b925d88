from setuptools import setup

exec(open('shop/version.py').read())
setup(name='shop', version=VERSION)
