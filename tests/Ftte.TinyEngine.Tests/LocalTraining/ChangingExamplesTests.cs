using Ftte.TinyEngine.Importance;

namespace Ftte.TinyEngine.Tests;

/// <summary>Examples that change between and during the rounds of one trainer: the bits are those of a new trainer that keeps nothing.</summary>
public sealed class ChangingExamplesTests : IDisposable
{
    private static readonly Network Network = Network.Build(6, 6, 1).Conv("conv", 4, kernel: 3, padding: 1).Relu().Flatten().Linear("fc", 3).SoftmaxCrossEntropy();
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "fc.weight", "fc.bias");
    private static readonly SgdOptions Options = new() { BatchSize = 4, LearningRate = 0.1f, Epochs = 2 };
    private static readonly float[] Start = Network.Initialize(1);

    private static readonly Dictionary<string, Action<LiveExamples>> Changes = new()
    {
        ["nothing"] = _ => { },
        ["input replaced"] = e => e.Items[3] = (TestData.Values(36, 1000), e.Items[3].Label),
        ["input changed in place"] = e => e.Items[2].Input[7] += 1,
        ["label corrected"] = e => e.Items[5] = (e.Items[5].Input, (e.Items[5].Label + 1) % 3),
        ["example added"] = e => e.Items.Add((TestData.Values(36, 1001), 1)),
        ["many examples added"] = e => e.Items.AddRange(Enumerable.Range(0, 30).Select(i => (TestData.Values(36, 2000 + (ulong)i), i % 3))),
        ["first example removed"] = e => e.Items.RemoveAt(0),
        ["last examples removed"] = e => e.Items.RemoveRange(1, 7),
        ["order reversed"] = e => e.Items.Reverse(),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-changing-").FullName;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string change in Changes.Keys)
            {
                foreach (string kind in (string[])["nothing kept", "for the run", "in memory", "in a file"])
                {
                    cases.Add(change, kind);
                }
            }

            return cases;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_round_after_a_change_trains_as_a_new_trainer_that_keeps_nothing(string change, string kind)
    {
        LiveExamples examples = LiveExamples.Of(Network, 8);
        using FeatureStore? store = StoreOf(kind);
        var engine = new EngineOptions { CacheFrozenFeatures = kind == "for the run", FeatureStore = store };
        using var trainer = new LocalTrainer(Network, examples, Options, engine: engine);
        using var another = new LocalTrainer(Network, examples, Options, engine: engine);
        await Round(trainer, 1);

        Changes[change](examples);
        using var plain = new LocalTrainer(Network, examples, Options);
        for (ulong update = 2; update < 4; update++)
        {
            float[] expected = await Round(plain, update);
            Assert.Equal(expected, await Round(trainer, update));
            Assert.Equal(expected, await Round(another, update));
        }
    }

    [Theory]
    [InlineData("nothing kept")]
    [InlineData("for the run")]
    [InlineData("in memory")]
    [InlineData("in a file")]
    public async Task An_input_that_changes_during_a_round_counts_as_it_is_at_each_visit(string kind)
    {
        float[] expected = await Values("nothing kept", StoreOf("nothing kept")), actual = await Values(kind, StoreOf(kind));
        Assert.Equal(expected, actual);

        static async Task<float[]> Values(string kind, FeatureStore? store)
        {
            LiveExamples examples = LiveExamples.Of(Network, 8);
            int visits = 0;
            examples.Reading = _ =>
            {
                if (++visits == 10)
                {
                    Changes["input replaced"](examples);
                    Changes["label corrected"](examples);
                }
            };
            using (store)
            {
                using var trainer = new LocalTrainer(Network, examples, Options, engine: new EngineOptions { CacheFrozenFeatures = kind == "for the run", FeatureStore = store });
                return await Round(trainer, 1);
            }
        }
    }

    [Theory]
    [InlineData("nothing kept", true)]
    [InlineData("nothing kept", false)]
    [InlineData("in memory", true)]
    [InlineData("in memory", false)]
    public async Task A_number_of_examples_that_changes_during_a_round_is_refused_and_the_next_round_works(string kind, bool adds)
    {
        LiveExamples examples = LiveExamples.Of(Network, 8);
        using FeatureStore? store = StoreOf(kind);
        using var trainer = new LocalTrainer(Network, examples, Options, engine: new EngineOptions { FeatureStore = store });
        int visits = 0;
        examples.Reading = _ =>
        {
            if (++visits == 6)
            {
                Changes[adds ? "example added" : "last examples removed"](examples);
            }
        };

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Round(trainer, 1));
        Assert.Equal($"The number of examples changed from 8 to {examples.Count} during a run. Add and remove examples between runs only.", error.Message);
        using var plain = new LocalTrainer(Network, examples, Options);
        Assert.Equal(await Round(plain, 2), await Round(trainer, 2));
    }

    [Fact]
    public async Task A_round_after_the_data_were_deleted_is_a_clear_error_and_works_again_with_new_data()
    {
        LiveExamples examples = LiveExamples.Of(Network, 8);
        (float[] Input, int Label)[] kept = [.. examples.Items];
        using var trainer = new LocalTrainer(Network, examples, Options);
        await Round(trainer, 1);
        examples.Items.Clear();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Round(trainer, 2));
        Assert.StartsWith("The device has no examples", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidOperationException>(() => { _ = trainer.ProbeAsync(TestData.Assign(Network, Head, content: UpdateContent.Importance), Start, 1 << 20).AsTask(); });
        Assert.StartsWith("The device has no examples", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => trainer.Prepare(Head, Start));

        examples.Items.AddRange(kept);
        Assert.Equal(8, (await Round(trainer, 2))[^1]);
    }

    [Fact]
    public void Running_a_network_without_examples_is_refused()
    {
        var none = new ArrayExamples(Array.Empty<float>(), Array.Empty<int>(), 36);
        using FeatureStore store = FeatureStore.InMemory();
        Action[] runs =
        [
            () => Network.Evaluate(Start, none),
            () => Network.EvaluateSelected(Start, none, Head, store),
            () => Network.Gradient(Start, none),
            () => Network.Train([.. Start], none),
            () => _ = new LocalTrainer(Network, none),
            () => new GradientEnergyProbe(Network).Measure(Start, none),
        ];
        Assert.All(runs, run => Assert.Contains("There are no examples", Assert.Throws<ArgumentException>(run).Message, StringComparison.Ordinal));
    }

    /// <summary>Gets the update's values and, at the end, its number of examples.</summary>
    private static async Task<float[]> Round(LocalTrainer trainer, ulong update)
    {
        using SparseUpdate result = await trainer.TrainAsync(TestData.Assign(Network, Head, update), Start);
        return [.. result.Values.ToArray(), result.Header.ExampleCount];
    }

    private FeatureStore? StoreOf(string kind) => kind switch
    {
        "in memory" => FeatureStore.InMemory(),
        "in a file" => FeatureStore.InFile(Path.Combine(_folder, "features")),
        _ => null,
    };
}
