#!/bin/bash
# The plugin for the clustering service; see devstack/README.rst.
#
# Devstack sources it as "plugin.sh MODE [PHASE]" after devstack/settings. What
# is called here and not defined comes from devstack.

_XTRACE_SENLIN=$(set +o | grep xtrace)
set +o xtrace

SENLIN_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SENLIN_WSGI=senlin_like.wsgi.api:application

# is_service_enabled senlin asks this.
function is_senlin_enabled {
    [[ ,$ENABLED_SERVICES, =~ ,sl-(api|eng), ]]
}

# install_senlin() - Install the package with the driver of the database
function install_senlin {
    setup_develop "$SENLIN_DIR" "$DATABASE_TYPE"
}

# configure_senlin() - Write all files below SENLIN_CONF_DIR
function configure_senlin {
    sudo install -d -m 0750 -o "$STACK_USER" "$SENLIN_CONF_DIR"
    rm -f "$SENLIN_CONF"
    install -m 0600 /dev/null "$SENLIN_CONF"

    iniset "$SENLIN_CONF" DEFAULT debug "$ENABLE_DEBUG_LOG_LEVEL"
    iniset "$SENLIN_CONF" DEFAULT cloud_backend "$SENLIN_CLOUD_BACKEND"
    iniset "$SENLIN_CONF" DEFAULT default_region_name "$REGION_NAME"
    iniset "$SENLIN_CONF" DEFAULT health_check_interval_min \
        "$SENLIN_HEALTH_CHECK_INTERVAL_MIN"
    iniset "$SENLIN_CONF" DEFAULT delete_cluster_dependents \
        "$SENLIN_DELETE_DEPENDENTS"
    iniset "$SENLIN_CONF" engine workers "$SENLIN_ENGINE_WORKERS"
    if [[ -n "$SENLIN_HEALTH_ALLOWED_NETWORKS" ]]; then
        iniset "$SENLIN_CONF" health allowed_networks \
            "$SENLIN_HEALTH_ALLOWED_NETWORKS"
    fi
    # Apache, or its TLS proxy, is in front and says how it was reached.
    iniset "$SENLIN_CONF" senlin_api enable_proxy_headers_parsing True
    iniset "$SENLIN_CONF" database connection "$(senlin_database_url)"
    iniset_rpc_backend senlin "$SENLIN_CONF"
    configure_senlin_identity
    setup_logging "$SENLIN_CONF"
    configure_senlin_keys
    "$(senlin_bin_dir)/oslopolicy-sample-generator" --namespace senlin_like \
        --output-file "$SENLIN_CONF_DIR/policy.yaml.sample"
    configure_senlin_wsgi
}

# senlin_bin_dir() - Print where the commands of the service are
function senlin_bin_dir {
    get_python_exec_prefix
}

# senlin_database_url() - Print the address of the database
function senlin_database_url {
    local url
    url=$(database_connection_url "$SENLIN_DB_NAME")
    # The driver that the package brings, not the older one.
    echo "${url/#postgresql:/postgresql+psycopg:}"
}

# configure_senlin_identity() - Let the service check tokens and log in itself
function configure_senlin_identity {
    configure_keystone_authtoken_middleware "$SENLIN_CONF" senlin
    iniset "$SENLIN_CONF" keystone_authtoken service_token_roles_required True
    # Its own account: for trusts, and for what the service itself does.
    iniset "$SENLIN_CONF" authentication auth_url "$KEYSTONE_SERVICE_URI/v3"
    iniset "$SENLIN_CONF" authentication service_username senlin
    iniset "$SENLIN_CONF" authentication service_password "$SERVICE_PASSWORD"
    iniset "$SENLIN_CONF" authentication service_project_name "$SERVICE_PROJECT_NAME"
    iniset "$SENLIN_CONF" authentication service_user_domain "$SERVICE_DOMAIN_NAME"
    iniset "$SENLIN_CONF" authentication service_project_domain \
        "$SERVICE_DOMAIN_NAME"
    if is_service_enabled tls-proxy; then
        iniset "$SENLIN_CONF" authentication cafile "$SSL_BUNDLE_FILE"
    fi
}

# configure_senlin_keys() - Have a key for what is encrypted in the database
function configure_senlin_keys {
    local file=$SENLIN_CONF_DIR/fernet.keys
    if [[ ! -s "$file" ]]; then
        "$(senlin_bin_dir)/senlin-like-manage" --config-file "$SENLIN_CONF" \
            secrets new-key --file "$file"
    fi
    iniset "$SENLIN_CONF" secrets fernet_key_file "$file"
}

# configure_senlin_wsgi() - Serve /cluster by Apache and uWSGI
function configure_senlin_wsgi {
    if ! is_service_enabled sl-api; then
        return
    fi
    write_uwsgi_config "$SENLIN_UWSGI_CONF" "$SENLIN_WSGI" /cluster "" sl-api
    # uWSGI has the command line to itself.
    iniset "$SENLIN_UWSGI_CONF" uwsgi env \
        "OS_SENLIN_LIKE_CONFIG_DIR=$SENLIN_CONF_DIR"
    # It takes its socket with it.
    iniset "$SENLIN_UWSGI_CONF" uwsgi vacuum true
}

# create_senlin_accounts() - Make the service's user and its place in the catalogue
function create_senlin_accounts {
    # admin: it acts on hosts and aggregates, and cleans up after users who left.
    create_service_user senlin admin
    get_or_create_service senlin clustering "Clustering Service"
    get_or_create_endpoint clustering "$REGION_NAME" \
        "$SENLIN_API_URL" "$SENLIN_API_URL" "$SENLIN_API_URL"
}

# init_senlin() - Make the database anew
function init_senlin {
    recreate_database "$SENLIN_DB_NAME"
    "$(senlin_bin_dir)/senlin-like-manage" --config-file "$SENLIN_CONF" db sync
}

# start_senlin() - Start API and engines, and wait for the API
function start_senlin {
    run_process sl-eng \
        "$(senlin_bin_dir)/senlin-like-engine --config-file $SENLIN_CONF"
    if ! is_service_enabled sl-api; then
        return
    fi
    run_process sl-api \
        "$(which uwsgi) --procname-prefix senlin-like-api --ini $SENLIN_UWSGI_CONF"
    echo "Waiting for $SENLIN_API_URL ..."
    if ! wait_for_service "$SERVICE_TIMEOUT" "$SENLIN_API_URL"; then
        die $LINENO "sl-api did not start"
    fi
}

# configure_senlin_tempest() - Tell tempest what there is
function configure_senlin_tempest {
    iniset "$TEMPEST_CONFIG" service_available senlin True
    # The versions that the plugin's tests know.
    iniset "$TEMPEST_CONFIG" clustering min_microversion 1.12
    iniset "$TEMPEST_CONFIG" clustering max_microversion 1.12
    iniset "$TEMPEST_CONFIG" clustering health_policy_version 1.1
    iniset "$TEMPEST_CONFIG" clustering delete_with_dependency \
        "$SENLIN_DELETE_DEPENDENTS"
}

# stop_senlin() - Stop all processes
function stop_senlin {
    stop_process sl-api
    stop_process sl-eng
}

# cleanup_senlin() - Remove the files and the database
function cleanup_senlin {
    remove_uwsgi_config "$SENLIN_UWSGI_CONF" sl-api
    sudo rm -f "$(apache_site_config_for sl-api)"
    sudo rm -rf "$SENLIN_CONF_DIR"
    # clean.sh has stopped a server of this host, and removes it with all data.
    drop_senlin_database || echo "The database server is away already."
}

# drop_senlin_database() - Remove the database from a server that is up
function drop_senlin_database {
    case $DATABASE_TYPE in
        mysql)
            mysql --user="$DATABASE_USER" --password="$DATABASE_PASSWORD" \
                --host="$DATABASE_HOST" \
                --execute="DROP DATABASE IF EXISTS $SENLIN_DB_NAME"
            ;;
        postgresql)
            dropdb --if-exists --host="$DATABASE_HOST" \
                --username="$DATABASE_USER" "$SENLIN_DB_NAME"
            ;;
    esac
}

if is_service_enabled sl-api sl-eng; then
    case "$1 ${2:-}" in
        "stack install")
            echo_summary "Installing senlin-like"
            install_senlin
            ;;
        "stack post-config")
            echo_summary "Configuring senlin-like"
            configure_senlin
            create_senlin_accounts
            ;;
        "stack extra")
            echo_summary "Starting senlin-like"
            init_senlin
            start_senlin
            ;;
        "stack test-config")
            if is_service_enabled tempest; then
                echo_summary "Configuring tempest for senlin-like"
                configure_senlin_tempest
            fi
            ;;
        "unstack ")
            stop_senlin
            ;;
        "clean ")
            cleanup_senlin
            ;;
    esac
fi

$_XTRACE_SENLIN
