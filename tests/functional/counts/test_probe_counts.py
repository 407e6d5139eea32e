import pytest
@pytest.mark.parametrize("count",[10,100])
def test_probe(stage, tally, wakes, ask, work, count, capsys):
    from senlin_like.operations import clusters
    stage.controls.reset_counters()
    cid, aid = ask(count)
    tally.clear(); wakes.clear(); 
    r=work()
    with capsys.disabled():
        print("\nCREATE",count,stage.action(aid).status,"rounds",r,"st/node",tally.statements/count,tally.statements,"commits",tally.commits,"wakes",len(wakes),"actions",len(stage.actions()))
        print(tally.most()); print(stage.controls.counters())
    tally.clear(); wakes.clear(); stage.controls.reset_counters()
    clusters.delete(stage.deps, stage.ctx, cid, force=False)
    r=work()
    with capsys.disabled():
        print("\nDELETE",count,"rounds",r,"st/node",tally.statements/count,tally.statements,"commits",tally.commits,"wakes",len(wakes))
        print(tally.most()); print(stage.controls.counters())
