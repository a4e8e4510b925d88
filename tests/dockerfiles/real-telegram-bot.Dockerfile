from python:3.10
workdir /bot
copy . .
run pip install -r requirements.txt
cmd ["python", "bot.py"]
