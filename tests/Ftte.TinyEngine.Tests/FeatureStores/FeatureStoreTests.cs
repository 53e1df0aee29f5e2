using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>Stored features give the same bits as recomputed ones, even if examples, parameters or the file change.</summary>
public sealed class FeatureStoreTests : IDisposable
{
    private const int Examples = 6;

    private static readonly Network Network = TestNetworks.All["norm"]();
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "fc.weight", "fc.bias");
    private static readonly SgdOptions Options = new() { BatchSize = 4, Epochs = 2 };

    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-features-").FullName;

    private string FilePath => Path.Combine(_folder, "features");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_later_run_trains_to_the_same_bits_without_running_the_frozen_layers(bool inFile)
    {
        using FeatureStore store = inFile ? FeatureStore.InFile(FilePath) : FeatureStore.InMemory();

        Check(Plain(1), Examples, Train(store, seed: 1));
        Check(Plain(2), 0, Train(store, seed: 2));
    }

    [Fact]
    public void A_file_is_good_for_the_next_start_of_the_app()
    {
        using (FeatureStore store = FeatureStore.InFile(FilePath))
        {
            Train(store, seed: 1);
        }

        using FeatureStore again = FeatureStore.InFile(FilePath);
        Check(Plain(2), 0, Train(again, seed: 2));
    }

    [Fact]
    public void Only_examples_that_are_new_run_through_the_frozen_layers()
    {
        using FeatureStore store = FeatureStore.InFile(FilePath);
        Train(store, seed: 1);
        IExampleSource others = TestNetworks.Examples(Network, Examples, seed: 9);
        var some = new Mixed(TestNetworks.Examples(Network, Examples, seed: 1), others, from: 4);

        Check(Plain(2, some), 2, Train(store, seed: 2, some));
        Check(Plain(3, some), 0, Train(store, seed: 3, some));
    }

    [Fact]
    public void Other_frozen_parameters_recompute_all_features()
    {
        using FeatureStore store = FeatureStore.InFile(FilePath);
        Train(store, seed: 1);
        float[] other = Network.Initialize(5);

        Check(Plain(2, start: other), Examples, Train(store, seed: 2, start: other));
        Check(Plain(3), Examples, Train(store, seed: 3));
    }

    [Fact]
    public void Whatever_byte_of_the_file_is_damaged_or_missing_the_bits_are_the_same()
    {
        using (FeatureStore store = FeatureStore.InFile(FilePath))
        {
            Train(store, seed: 1);
        }

        byte[] whole = File.ReadAllBytes(FilePath);
        float[] expected = Plain(2);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 1;
            Assert.Equal(expected, Trained(flipped));
            Assert.Equal(expected, Trained(whole[..at]));
        }

        Assert.Equal(expected, Trained([.. Enumerable.Repeat((byte)7, 10_000)]));

        float[] Trained(byte[] bytes)
        {
            File.WriteAllBytes(FilePath, bytes);
            using FeatureStore store = FeatureStore.InFile(FilePath);
            return Train(store, seed: 2).Trained;
        }
    }

    [Fact]
    public void Training_goes_on_when_nothing_can_be_written()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Every write to it fails as on a full disk.
        using FeatureStore store = FeatureStore.InFile("/dev/full");

        Check(Plain(1), 2 * Examples, Train(store, seed: 1));
    }

    [Fact]
    public void A_file_has_one_user_at_a_time()
    {
        using FeatureStore store = FeatureStore.InFile(FilePath);
        Assert.Throws<IOException>(() => FeatureStore.InFile(FilePath));
        Assert.Throws<ArgumentException>(() => FeatureStore.InFile(""));
    }

    [Fact]
    public void A_plan_states_how_much_storage_a_file_takes_and_counts_no_memory_for_it()
    {
        TrainingPlan plain = Network.Plan(Head, Options), stored, kept;
        using (FeatureStore store = FeatureStore.InFile(FilePath), memory = FeatureStore.InMemory())
        {
            stored = Network.Plan(Head, Options, new EngineOptions { FeatureStore = store }, exampleCount: Examples);
            kept = Network.Plan(Head, Options, new EngineOptions { FeatureStore = memory }, exampleCount: Examples);
            Train(store, seed: 1);
        }

        Assert.Equal(new FileInfo(FilePath).Length, stored.FeatureStoreBytes);
        Assert.Equal(plain.PeakBytes, stored.PeakBytes);
        Assert.Equal(0, kept.FeatureStoreBytes);
        Assert.True(kept.PeakBytes > stored.PeakBytes);
    }

    [Fact]
    public void What_was_prepared_ahead_needs_no_frozen_layers_in_the_round()
    {
        using FeatureStore store = FeatureStore.InMemory();
        using (var trainer = new LocalTrainer(Network, TestNetworks.Examples(Network, Examples, seed: 1), Options, engine: new EngineOptions { FeatureStore = store }))
        {
            trainer.Prepare(Head, Network.Initialize(1));
            Assert.Throws<ArgumentException>(() => trainer.Prepare(Head, new float[3]));
            Assert.Throws<OperationCanceledException>(() => trainer.Prepare(Head, Network.Initialize(1), new CancellationToken(canceled: true)));
        }

        Check(Plain(1), 0, Train(store, seed: 1));
        using var plain = new LocalTrainer(Network, TestNetworks.Examples(Network, Examples, seed: 1), Options);
        plain.Prepare(Head, Network.Initialize(1));
    }

    [Fact]
    public void An_evaluation_with_kept_features_gives_the_same_bits()
    {
        using FeatureStore store = FeatureStore.InMemory();
        IExampleSource examples = TestNetworks.Examples(Network, Examples, seed: 1);
        foreach (ulong seed in new ulong[] { 1, 2, 3 })
        {
            float[] parameters = Plain(seed);
            foreach (int batch in new[] { 1, 4, 20 })
            {
                Assert.Equal(Network.Evaluate(parameters, examples, batch), Network.EvaluateSelected(parameters, examples, Head, store, batch));
            }
        }
    }

    private static void Check(float[] expected, int runs, (float[] Trained, int Runs) actual)
    {
        Assert.Equal(expected, actual.Trained);
        Assert.Equal(runs, actual.Runs);
    }

    private static float[] Plain(ulong seed, IExampleSource? examples = null, float[]? start = null)
    {
        float[] parameters = [.. start ?? Network.Initialize(1)];
        SgdOptions options = Options.Copy();
        options.Seed = seed;
        Network.Train(parameters, examples ?? TestNetworks.Examples(Network, Examples, seed: 1), options, Head);
        return parameters;
    }

    /// <summary>Trains with a store, and counts how often an example ran through the first frozen layer.</summary>
    private static unsafe (float[] Trained, int Runs) Train(FeatureStore store, ulong seed, IExampleSource? examples = null, float[]? start = null)
    {
        examples ??= TestNetworks.Examples(Network, Examples, seed: 1);
        float[] parameters = [.. start ?? Network.Initialize(1)], packed = new float[Head.Count];
        var engine = new EngineOptions { FeatureStore = store };
        using var session = new TrainingSession(Network.Plan(Head, Network.CreatePlanSettings(Options, engine, exampleCount: examples.Count)), engine);
        int runs = 0;
        session.Watcher = (moment, step) =>
        {
            runs += moment == 0 ? 1 : 0;
            step();
        };
        Head.Gather(parameters, packed);
        fixed (float* received = parameters, values = packed)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            using TrainingRun run = session.Begin(frozen, values, examples.Count);
            Sgd.Run(session, examples, Options, seed, default);
        }

        Head.Scatter(packed, parameters);
        return (parameters, runs);
    }

    /// <summary>The first of some examples, and the last of others.</summary>
    private sealed class Mixed(IExampleSource some, IExampleSource others, int from) : IExampleSource
    {
        public int Count => some.Count;

        public int InputLength => some.InputLength;

        public int CopyTo(int index, Span<float> input) => (index < from ? some : others).CopyTo(index, input);
    }
}
