using static Ftte.Tests.ClientBench;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A device that measures the importance of each block.</summary>
public sealed class FederatedClientProbeTests
{
    [Fact]
    public async Task A_probe_is_measured_and_handed_in_instead_of_training()
    {
        (ClientBench bench, ScriptedProbe probe) = Probing();
        bench.Receipts(() => Receipt(UpdateOutcome.Busy, 3), () => Receipt(UpdateOutcome.Surveyed));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal(
            new ClientRound(CheckOutOutcome.Assigned, Receipt(UpdateOutcome.Surveyed)) { Version = new ModelVersion(0), Retries = 1 },
            round with { SubmitDuration = default });
        Assert.True(round.Receipt!.Value.IsAccepted);
        Assert.True(Assert.Single(bench.Server.Devices).CanProbe);
        Assert.Empty(probe.Training.Assignments);
        TrainingAssignment assignment = Assert.Single(probe.Assignments);
        Assert.Equal(UpdateContent.Importance, assignment.Content);
        Assert.Equal(Start.Parameters.ToArray(), Assert.Single(probe.Received));
        Assert.Equal(Assert.Single(bench.Server.Devices).MemoryBudgetBytes, Assert.Single(probe.Budgets));
        Assert.All(bench.Server.Updates, u => Assert.Equal(assignment.CreateHeader(1), u.Header));
        Assert.All(bench.Server.Updates, u => Assert.Equal([1, 2, 3], u.Values));
        Assert.Equal(2, bench.Server.Updates.Count);
        bench.AssertWaits(3);
        Assert.Equal(0, probe.Training.Pool.Outstanding);
    }

    [Fact]
    public async Task After_a_probe_the_same_device_trains()
    {
        (ClientBench bench, ScriptedProbe probe) = Probing();
        await bench.Client.RunOnceAsync();
        bench.Server.OnCheckOut = (device, parameters) => bench.Assign(device, parameters);

        await bench.Client.RunOnceAsync();

        Assert.Single(probe.Assignments);
        Assert.Single(probe.Training.Assignments);
    }

    [Fact]
    public async Task A_trainer_that_cannot_measure_does_not_offer_it()
    {
        var bench = new ClientBench();
        await bench.Client.RunOnceAsync();

        Assert.False(Assert.Single(bench.Server.Devices).CanProbe);
    }

    [Fact]
    public async Task A_device_that_allows_no_probes_does_not_offer_them_and_is_not_talked_into_one()
    {
        (ClientBench bench, ScriptedProbe probe) = Probing(o => o.AllowProbes = false);

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        Assert.Contains("does not support", error.Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(bench.Server.Devices).CanProbe);
        Assert.Empty(probe.Assignments);
        Assert.Empty(bench.Server.Updates);
    }

    [Theory]
    [InlineData(UpdateContent.Importance, UpdateContent.Difference)]
    [InlineData(UpdateContent.Difference, UpdateContent.Importance)]
    public async Task An_answer_to_the_other_question_is_not_sent(UpdateContent asked, UpdateContent answered)
    {
        (ClientBench bench, ScriptedProbe probe) = Probing(asked: asked);
        probe.Training.OnHeader = assignment => assignment.CreateHeader(1) with { Content = answered };

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        Assert.Empty(bench.Server.Updates);
        Assert.Equal(0, probe.Training.Pool.Outstanding);
    }

    private static (ClientBench Bench, ScriptedProbe Probe) Probing(Action<FederatedClientOptions>? configure = null, UpdateContent asked = UpdateContent.Importance)
    {
        var probe = new ScriptedProbe(Layout);
        var bench = new ClientBench(configure, trainer: probe);
        bench.Server.OnCheckOut = (device, parameters) =>
        {
            CheckOutResponse answer = bench.Assign(device, parameters);
            Start.Parameters.CopyTo(parameters);
            return answer with { Assignment = answer.Assignment! with { Content = asked } };
        };
        return (bench, probe);
    }
}
