using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;
using Wearables;
using Wearables.Data;
using Wearables.Learning;

namespace Ftte.Samples.Tests.Wearables;

public class TrialTests
{
    private static readonly WearablesOptions Options = new() { Versions = 2, Threads = 1 };
    private static readonly Network Network = MotionNetwork.Create();
    private static readonly SgdOptions Sgd = new();

    public static TheoryData<string> Policies => [.. Method.All.Where(method => method.IsPersonal).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_person_never_trained_on_starts_with_the_shared_model_and_tunes_a_model_of_their_own(string name)
    {
        var devices = People.Open(folder: null);
        var trial = new Trial(Options, devices, WearableDevice.Watch, fold: 0, seed: 1);
        Method method = Method.All.Single(method => method.Name == name);
        float[] shared = Network.Initialize(7);

        float[] start = trial.ModelOf(method, shared, devices[0], labeled: 0, state: [], CancellationToken.None);
        float[] tuned = trial.ModelOf(method, shared, devices[0], labeled: 1, state: [], CancellationToken.None);

        Assert.Equal(shared, start);
        Assert.NotEqual(shared, tuned);
        Assert.Equal(Network.Evaluate(shared, devices[0].Test), Network.Evaluate(start, devices[0].Test));
    }

    [Fact]
    public void Every_method_fits_the_memory_of_a_device_and_less_memory_trains_fewer_blocks()
    {
        const long Small = 160 << 10;
        SharedPlan all = SharedPlan.Create(Network, Sgd, Options.WatchBytes), few = SharedPlan.Create(Network, Sgd, Small);

        Assert.All(Method.All, method => Assert.InRange(all.Measure(Network, Sgd, method), 1, Options.WatchBytes));
        Assert.All(Method.All, method => Assert.InRange(few.Measure(Network, Sgd, method), 1, Small));
        Assert.True(few.Blocks.Length < all.Blocks.Length);
        Assert.Throws<BudgetTooSmallException>(() => SharedPlan.Create(Network, Sgd, 1 << 10));
    }

    [Fact]
    public async Task A_federation_scores_every_device_of_participants_and_newcomers()
    {
        var devices = People.Open(folder: null);
        var trial = new Trial(Options, devices, WearableDevice.Watch, fold: 0, seed: 1);
        (MethodResult shared, _) = await trial.RunAsync(Method.All.Single(method => method.Name == Method.Shared), (_, _) => { }, CancellationToken.None);
        (MethodResult tuned, _) = await trial.RunAsync(Method.All.Single(method => method.Name == "fine-tuning"), (_, _) => { }, CancellationToken.None);

        Assert.Equal(8, shared.Scores.Length); // four participants and four newcomers
        Assert.Equal(4 + (4 * 4), tuned.Scores.Length);
        Assert.Equal(shared.Seconds, tuned.Seconds);
        Assert.Equal(
            shared.Scores.Where(score => score.IsNewcomer).Select(score => score.Accuracy),
            tuned.Scores.Where(score => score is { IsNewcomer: true, Labeled: 0 }).Select(score => score.Accuracy));
        Assert.Equal(tuned.ToJson(), MethodResult.FromJson(tuned.ToJson()).ToJson());
    }
}
