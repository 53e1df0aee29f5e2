using System.Collections.Concurrent;
using System.Diagnostics;
using Ftte.Diagnostics;

namespace Ftte.Tests.Diagnostics;

/// <summary>The traces of a round.</summary>
public sealed class ActivityTests
{
    [Fact]
    public async Task A_round_leaves_a_trace_of_its_check_out_its_training_and_its_submission_without_the_clients_name()
    {
        var seen = new ConcurrentQueue<Activity>();

        // Started before the listener is added: until then it has no trace ID, as the activities of other tests that have no parent.
        using Activity test = new Activity("test").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == FtteDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == test.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using ServerBench bench = ServerBench.Adding();
        var client = new FederatedClient(bench.Server, new ScriptedTrainer(ServerBench.Layout), new FederatedClientOptions { ClientId = new ClientId("secret"), MemoryBudgetBytes = 0 });

        await client.RunOnceAsync();

        Assert.Equal([FtteDiagnostics.CheckOutActivity, FtteDiagnostics.TrainActivity, FtteDiagnostics.SubmitActivity], seen.Select(a => a.OperationName));
        Assert.Equal(["Assigned", null, "Published"], seen.Select(a => a.GetTagItem(FtteDiagnostics.OutcomeTag)));
        Assert.DoesNotContain(seen.SelectMany(a => a.TagObjects), t => t.Value is string value && value.Contains("secret", StringComparison.Ordinal));
    }
}
