#!/bin/sh
echo shop-api > README.md
