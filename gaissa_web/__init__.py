"""GAISSA Tools: energy labels for machine-learning models.

The house, from the street inwards; each room may import only from rooms below it:

    app        create_app: where everything meets
    cli        the `gaissa` command
    seeds      the shipped catalogue and its loader
    admin      management: accounts, schemes, tables, tools, carbon intensity, audit trail
    home       the start page, the method, health checks
    labels     energy labels: form, import, label page, documents, repository
    inference  measuring live endpoints
    roi        the ROI Analyzer: catalogue, analyses, report, comparison, ranking
    web        furniture that pages share: errors, security headers, paging, HTMX
    storage    database tables, one aggregate a file
    adapters   the outside world: documents, pictures, cache, queue, fetching, endpoints, the hub, model files
    core       the rules, pure: rating, units, importing, inspecting, drawing
    config     settings from the environment
    private_files   files and folders for their owner alone
"""
