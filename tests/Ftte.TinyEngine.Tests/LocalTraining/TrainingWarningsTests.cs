using Microsoft.Extensions.Logging;

namespace Ftte.TinyEngine.Tests;

public class TrainingWarningsTests
{
    private static readonly Network Network = Network.Build(12).Linear("fc1", 20, bias: false).BatchNorm("bn").Relu().Linear("fc2", 3).SoftmaxCrossEntropy();
    private static readonly ArrayExamples Examples = TestData.Clusters(40, 12, 3, 21);

    public static TheoryData<SgdOptions, string> Fragile => new()
    {
        { new SgdOptions { ClipRatio = null }, nameof(SgdOptions.ClipRatio) },
        { new SgdOptions { LearningRate = 2 }, nameof(SgdOptions.LearningRate) },
        { new SgdOptions { BatchSize = 1, Momentum = 0.9f }, nameof(SgdOptions.Momentum) },
        { new SgdOptions { BatchSize = 4, Normalization = NormalizationMode.Batch }, nameof(NormalizationMode.Batch) },
    };

    [Fact]
    public void The_defaults_give_no_warning_for_any_network_of_the_zoo()
    {
        foreach (string name in NetworkZoo.Names)
        {
            var warnings = new TrainingWarnings(new Recorder());
            warnings.Check(NetworkZoo.Create(name, NormalizationKind.Batch), new SgdOptions());
            Assert.Empty(warnings.All);
        }
    }

    [Theory]
    [MemberData(nameof(Fragile))]
    public void A_fragile_setting_is_listed_and_logged_once(SgdOptions options, string name)
    {
        var logger = new Recorder();
        using var trainer = new LocalTrainer(Network, Examples, options, logger: logger);
        Assert.Contains(name, Assert.Single(trainer.Warnings), StringComparison.Ordinal);
        Assert.Contains(trainer.Warnings[0], Assert.Single(logger.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Label_calibration_on_a_device_with_one_class_warns_once()
    {
        var examples = new ArrayExamples(TestData.Values(12 * 8, 1), new int[8], 12);
        var logger = new Recorder();
        using var trainer = new LocalTrainer(Network, examples, new SgdOptions { LabelCalibration = 1 }, logger: logger);
        for (ulong update = 1; update <= 2; update++)
        {
            using SparseUpdate trained = await trainer.TrainAsync(TestData.Assign(Network, Network.Trainable, update), Network.Initialize(1));
        }

        Assert.Contains(nameof(SgdOptions.LabelCalibration), Assert.Single(trainer.Warnings), StringComparison.Ordinal);
        Assert.Single(logger.Entries);
    }

    [Fact]
    public async Task Batch_statistics_refuse_a_selection_that_omits_them()
    {
        using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { Normalization = NormalizationMode.Batch });
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await trainer.TrainAsync(TestData.Assign(Network, Network.Trainable), Network.Initialize(1)));
        Assert.Contains(nameof(Network.GetTrainable), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_statistics_travel_with_everything_that_training_changes()
    {
        ParameterSelection selection = Network.GetTrainable(NormalizationMode.Batch);
        Assert.Equal(ParameterSelection.Full(Network.Layout), selection);
        Assert.Equal(Network.Trainable, Network.GetTrainable(NormalizationMode.Frozen));
        using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { Normalization = NormalizationMode.Batch });
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, selection), Network.Initialize(1));
        int mean = Network.Layout["bn.running_mean"].Range.Start;
        Assert.NotEqual(0, update.Values.Span[mean]);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(8000)]
    public void A_fitted_selection_contains_the_statistics_that_batches_change(long budget)
    {
        FittedPlan fitted = Network.Fit(budget, new SgdOptions { BatchSize = 8, Normalization = NormalizationMode.Batch });
        Assert.True(fitted.Plan.PeakBytes <= budget);
        Assert.Equal(fitted.Plan.Selection, fitted.Plan.Selection.Union(Network.Statistics));
        TrainingWarnings.CheckStatistics(Network, new SgdOptions { Normalization = NormalizationMode.Batch }, fitted.Plan.Selection);
    }

    private sealed class Recorder : ILogger<LocalTrainer>
    {
        public List<string> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Warning, logLevel);
            Entries.Add(formatter(state, exception));
        }
    }
}
