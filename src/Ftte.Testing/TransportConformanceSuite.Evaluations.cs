using Xunit;

namespace Ftte.Testing;

/// <content>Evaluating versions on devices.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>A device that can evaluate is asked to, its metrics arrive unrounded, and a device that never trains gets no other work.</summary>
    [Fact]
    public async Task A_device_that_only_evaluates_is_asked_its_metrics_arrive_and_it_gets_no_other_work()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync(evaluation: new EvaluationOptions { Devices = 1 });
        await using FederatedServer running = server;
        CheckOutRequest device = Device() with { CanEvaluate = true, NeverTrains = true };
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        CheckOutResponse asked = await link.CheckOutAsync(device, buffer);

        Assert.Equal(CheckOutOutcome.Assigned, asked.Outcome);
        Assert.Equal(UpdateContent.Evaluation, asked.Assignment!.Content);
        Assert.Equal(server.Current.Parameters.ToArray(), buffer);
        using (SparseUpdate answer = SparseUpdate.Create(asked.Assignment.CreateHeader(7), [123.456f, 0.987654f]))
        {
            Assert.Equal(UpdateOutcome.Evaluated, (await link.SubmitAsync(answer)).Outcome);
        }

        EvaluationAnswer recorded = Assert.Single(server.LatestEvaluation!.Answers);
        Assert.Equal(7, recorded.ExampleCount);
        Assert.Equal([123.456f, 0.987654f], recorded.Values.AsEnumerable());
        Assert.Equal(CheckOutOutcome.Busy, (await link.CheckOutAsync(device, buffer)).Outcome);
    }

    /// <summary>A device that cannot evaluate trains, although the server evaluates.</summary>
    [Fact]
    public async Task A_device_that_cannot_evaluate_trains()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync(evaluation: new EvaluationOptions { Devices = 1 });
        await using FederatedServer running = server;

        CheckOutResponse work = await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount]);

        Assert.Equal(UpdateContent.Difference, work.Assignment!.Content);
    }
}
