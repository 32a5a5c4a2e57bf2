"""GAISSA Tools: energy labels for machine-learning models.

The house, from the street inwards; each room may import only from rooms below it:

    app        create_app: where everything meets
    cli        the `gaissa` command
    admin      management, a folder for each subject: accounts, schemes, tools, carbon, tables, audit ...
    seeds      the shipped catalogue and its loader
    home       the start page, the method, health checks
    connectors outside repositories whose models get labels here
    labels     energy labels: form, import, label page, documents, repository
    inference  measuring live endpoints
    roi        the ROI Analyzer: catalogue, analyses, report, comparison, ranking
    web        furniture that pages share: errors, security headers, paging, HTMX
    jobs       background work: starting, doing, recovering; no web in it
    storage    database tables, one aggregate a file
    adapters   the outside world: documents, pictures, cache, queue, fetching, endpoints, the hub, model files
    core       the rules, pure: rating, units, importing, inspecting, drawing
    config     settings from the environment
    logs       the log: lines, ids of requests and jobs, what is hidden
    private_files   files and folders for their owner alone
"""
