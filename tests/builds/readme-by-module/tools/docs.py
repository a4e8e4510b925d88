open("README.md", "w").write("shop-api")
