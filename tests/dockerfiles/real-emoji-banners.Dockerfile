# ═══════════ 🚀 Étape 1 : construction ═══════════
FROM python:3.12-slim
LABEL org.opencontainers.image.title="Ünïcödé — 日本語"
# 📦 dépendances
RUN echo "✅ prêt" && \
    # 🧹 nettoyage
    echo "fini"
CMD ["python", "-c", "print('سلام')"]
