"""Traces for OpenTelemetry, where somebody asked for them (the extra ``telemetry``)."""

from __future__ import annotations

from fastapi import FastAPI

from licet.service.settings import Settings, SettingsError
from licet.version import __version__


def install(app: FastAPI, settings: Settings) -> None:
    """Send a trace of each request to the OTLP endpoint of the settings, if there is one.

    Raises:
        SettingsError: if an endpoint is set and the extra is not installed.
    """
    if not settings.telemetry:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"LICET_TELEMETRY needs {error.name}; run: pip install 'licet[telemetry]'"
        ) from None
    provider = TracerProvider(
        resource=Resource.create({"service.name": "licet", "service.version": __version__})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.telemetry)))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, excluded_urls="healthz,readyz,metrics")
