using Cifar10.Data;
using Cifar10.Learning;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace Ftte.Samples.Tests.CifarExperiment;

/// <summary>What a device's work is counted as.</summary>
public sealed class WorkTests : IDisposable
{
    private static readonly SgdOptions Sgd = new() { BatchSize = 5 };
    private static readonly EngineOptions Engine = new() { MicroBatchSize = 1 };
    private static readonly double[] Shares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];
    private readonly Network _network = Networks.Create("resnet8", hasGroupNorm: false);
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-cifar-").FullName;

    [Fact]
    public void Other_channels_of_the_same_layers_cost_what_the_first_cost()
    {
        var cost = new WorkCost(_network, Sgd, Engine);
        ParameterSelection[] selections = [.. Enumerable.Range(0, 40).Select(Rotated)];

        Assert.True(selections.Distinct().Count() > 10);
        Assert.Single(selections.Select(cost.Of).Distinct());
    }

    [Fact]
    public void Half_the_channels_cost_less_than_all_and_more_than_the_bias()
    {
        var cost = new WorkCost(_network, Sgd, Engine);
        TrainingStep last = _network.Profile(Sgd, Engine, Shares).Steps.Last(step => step.Choices.Any(choice => choice.Window is not null));
        long Work(TrainingChoice choice) => cost.Of(ParameterSelection.Create(_network.Layout.ParameterCount, choice.Ranges)).MultiplyAdds;
        long[] work = [.. last.Choices.Where(choice => choice.ParameterCount > 0).OrderBy(choice => choice.ParameterCount).Select(Work)];

        Assert.Equal(work.Order(), work);
        Assert.Equal(1 + Shares.Length, work.Distinct().Count());
    }

    [Fact]
    public void What_a_device_has_kept_is_refused_once_earlier_layers_are_trained()
    {
        ParameterSelection head = ParameterSelection.OfBlocks(_network.Layout, "fc.weight", "fc.bias");
        SyntheticImages.Write(_folder, perFile: 20, seed: 1);
        Cifar10Examples images = Cifar10Examples.Load(_folder, CifarPart.Test);
        using var test = new ModelTest(images, maxImages: 20, [.. Enumerable.Repeat(0.1, Cifar10Examples.ClassCount)]);
        using var task = new CifarTask(_network, [images], Sgd, new WorkCost(_network, Sgd, Engine), test, kept: head);

        Assert.True(task.CostOf(0, Assigned(head)).AheadMultiplyAdds > 0);
        Assert.Equal(0, task.CostOf(0, Assigned(head)).AheadMultiplyAdds);
        var refused = Assert.Throws<InvalidOperationException>(() => task.CostOf(0, Assigned(_network.Trainable)));
        Assert.Contains("the stored features of devices are invalid", refused.Message);
    }

    [Fact]
    public void What_is_kept_in_storage_takes_no_memory_but_a_note_and_time_to_read_it_back()
    {
        const int Examples = 90;
        using FeatureStore store = FeatureStore.InFile(Path.Combine(_folder, "features"));
        var keeping = new EngineOptions { MicroBatchSize = 1, FeatureStore = store };
        ParameterSelection head = ParameterSelection.OfBlocks(_network.Layout, "fc.weight", "fc.bias");
        TrainingPlan plan = _network.Plan(head, Sgd, keeping, exampleCount: Examples);
        using FeatureStore memory = FeatureStore.InMemory();
        TrainingPlan inMemory = _network.Plan(head, Sgd, new EngineOptions { MicroBatchSize = 1, FeatureStore = memory }, exampleCount: Examples);
        ExampleCost kept = new WorkCost(_network, Sgd, keeping, Examples).Of(head), not = new WorkCost(_network, Sgd, Engine).Of(head);

        Assert.InRange(inMemory.PeakBytes - kept.MemoryBytes, plan.FeatureStoreBytes - (32 * Examples), plan.FeatureStoreBytes);
        Assert.Equal(4 * ((plan.FeatureStoreBytes / Examples) + (3 * 32 * 32 * sizeof(float))), kept.ReadBackMultiplyAdds);
        Assert.Equal(0, not.ReadBackMultiplyAdds);
        Assert.Equal(not.MultiplyAdds, kept.MultiplyAdds);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ParameterSelection Rotated(int turn)
    {
        BlockImportance importance = new(_network.Layout, [.. _network.Layout.Blocks.Select(block => _network.Trainable.Contains(block.Range.Start) ? (double)block.Range.Length : 0)]);
        var request = new SelectionRequest(_network.Profile(Sgd, Engine, Shares), importance, 768 * 1024) { Turn = turn };
        return new RotatingSelector(seed: 1).Select(request).Selection;
    }

    private static TrainingAssignment Assigned(ParameterSelection selection) =>
        new(new ClientId("watch"), default, 0, default, default, selection, selection, UpdateContent.Difference, TimeSpan.FromMinutes(1));
}
