using Ftte.Selection;
using Xunit;

namespace Ftte.Testing;

/// <content>Measuring the importance of blocks on devices.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>A device that can measure importance is asked to, receives the model like any other, and its answer decides the next selection.</summary>
    [Fact]
    public async Task A_probe_goes_down_and_its_answer_up_and_the_server_chooses_by_it()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync(reselection: ChooseMostImportant());
        await using FederatedServer running = server;
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        CheckOutResponse asked = await link.CheckOutAsync(Device() with { CanProbe = true }, buffer);

        Assert.Equal(CheckOutOutcome.Assigned, asked.Outcome);
        Assert.Equal(UpdateContent.Importance, asked.Assignment!.Content);
        Assert.Equal(server.Current.Parameters.ToArray(), buffer);
        using (SparseUpdate answer = SparseUpdate.Create(asked.Assignment.CreateHeader(1), [1e-12f, 3, 1e9f, 0]))
        {
            UpdateReceipt receipt = await link.SubmitAsync(answer);
            Assert.Equal(new UpdateReceipt(UpdateOutcome.Surveyed, default), receipt);
            Assert.True(receipt.IsAccepted);
            Assert.Equal(UpdateOutcome.Duplicate, (await link.SubmitAsync(answer)).Outcome);
        }

        CheckOutResponse next = await link.CheckOutAsync(Device(asked.Assignment.Version, asked.Assignment.ModelFingerprint) with { CanProbe = true }, buffer);
        Assert.Equal(UpdateContent.Difference, next.Assignment!.Content);
        Assert.Equal(ParameterSelection.OfBlocks(SmallLayout, "between"), next.Assignment.Selection);
    }

    /// <summary>A device that cannot measure importance trains, and importance that was not asked for is rejected with its reason.</summary>
    [Fact]
    public async Task A_device_that_cannot_be_asked_trains_and_its_opinion_is_not_heard()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync(reselection: ChooseMostImportant());
        await using FederatedServer running = server;

        CheckOutResponse work = await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount]);

        Assert.Equal(UpdateContent.Difference, work.Assignment!.Content);
        using SparseUpdate opinion = SparseUpdate.Create(work.Assignment.CreateHeader(1) with { Content = UpdateContent.Importance }, [1, 1, 1, 1]);
        Assert.Equal(UpdateOutcome.NotAssigned, (await link.SubmitAsync(opinion)).Outcome);
        Assert.Null(server.LatestSelection);
    }

    /// <summary>Creates options by which one answer decides the next selection.</summary>
    private static ReselectionOptions ChooseMostImportant() => new()
    {
        Selector = new MostImportantBlock(),
        Profile = new TrainingProfile(SmallLayout, 100,
            [.. SmallLayout.Blocks.Select(block => new TrainingStep(block.Name, 10, 10, 10, 0, [new TrainingChoice("all", [block.Range], 10)]))]),
        Importance = new BlockImportance(SmallLayout, 1, 0, 0, 0),
        Probes = 1,
    };

    private sealed class MostImportantBlock : IParameterSelector
    {
        public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
        {
            int most = request.Importance.Values.IndexOf(request.Importance.Values.Max());
            return SelectionResult.Create(request, [.. Enumerable.Range(0, request.Profile.Steps.Length).Select(t => t == most ? 0 : -1)]);
        }
    }
}
