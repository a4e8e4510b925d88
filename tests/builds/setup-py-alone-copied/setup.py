from setuptools import find_packages, setup

with open('README.md') as readme:
    text = readme.read()

setup(name='shop', version='1', long_description=text, packages=find_packages())
