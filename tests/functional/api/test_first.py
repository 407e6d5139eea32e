def test_all(client, cluster, node, profile):
    for path in ("/", "/v1", "/v1/", "/healthcheck", "/v1/openapi.json", "/v1/profiles", "/v1/profiles/p", "/v1/clusters", "/v1/clusters/c", "/v1/nodes", "/v1/nodes/n", "/v1/nodes/n?show_details=True", "/v1/actions", "/v1/events", "/v1/services", "/v1/build-info", "/v1/profile-types", "/v1/profile-types/os.nova.server-1.0","/v1/profile-types/os.nova.server-1.0/ops", "/v1/policy-types", "/v1/clusters/c/attrs/name", "/v1/clusters/x", "/v2", "/v1/clusters?limit=1&status=bad", "/v1/clusters/c?x", "/v1/actions?cluster_id=c", "/v1/events?level=INFO"):
        r = client.get(path)
        print(path, r.status, r.headers.get('openstack-api-version'), r.raw[:150])
    for (m,p,b) in [("POST","/v1/clusters/c/actions",{"scale_out":{"count":1}}),("POST","/v1/nodes/n/actions",{"check":{}}),("POST","/v1/nodes/n/ops",{"reboot":None}),("DELETE","/v1/nodes/n",None),("DELETE","/v1/clusters/c",None),("PATCH","/v1/clusters/c",{"cluster":{"name":"x"}}),("PUT","/v1/clusters",None), ("POST","/v1/profiles/validate",{"profile":{"spec":{}}})]:
        r = client.call(m,p,b)
        print(m,p, r.status, r.headers, r.raw[:250])
    assert 0
