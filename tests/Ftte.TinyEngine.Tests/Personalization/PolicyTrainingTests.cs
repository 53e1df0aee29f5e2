using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.Tests.Reference;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>What each policy trains, against central training of the same coordinates.</summary>
public class PolicyTrainingTests
{
    private const ulong PhaseStream = 0x5045525350, TuningStream = 0x54554E45;

    public static TheoryData<string> Settings => ["plain", "momentum", "norm", "micro", "threads", "features"];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_local_head_trains_with_the_body_from_its_personal_values(string setting) => await CheckTogetherAsync("local head", setting);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Local_normalization_trains_with_the_other_layers_from_its_personal_values(string setting) => await CheckTogetherAsync("local normalization", setting);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task An_alternating_head_trains_before_the_body_as_if_each_were_trained_alone(string setting)
    {
        (SgdOptions options, EngineOptions engine) = Of(setting);
        PersonalModel model = Create("alternating head");
        using LocalTrainer trainer = Trainer(model, options, engine);
        float[] personal = [.. Start];
        for (ulong round = 1; round <= 3; round++)
        {
            float[] update = (await TrainAsync(trainer, Body, 1, round))[0];
            ulong seed = SplitMix64.At(options.Seed, round);
            Net.Train(personal, Examples, With(options, SplitMix64.At(seed ^ PhaseStream, 1), epochs: 3), Head);
            float[] trained = [.. personal];
            Net.Train(trained, Examples, With(options, seed), Body);
            Assert.Equal(Difference(Body, trained, Start), update);
            Assert.Equal(personal, ModelOf(model));
        }
    }

    [Theory]
    [InlineData("proximal copy")]
    [InlineData("fine-tuning")]
    public async Task A_copy_changes_no_bit_of_the_update(string policy)
    {
        using LocalTrainer plain = Trainer(null), personal = Trainer(CreateTrained(policy, 1));
        foreach (ParameterSelection selection in (ParameterSelection[])[Body, Net.Trainable, Head, Body.Union(Head)])
        {
            Assert.Equal(await TrainAsync(plain, selection, 2), await TrainAsync(personal, selection, 2));
        }
    }

    [Fact]
    public async Task A_proximal_copy_follows_its_plain_formula_from_its_last_values_towards_the_received_ones()
    {
        // With one example, the gradient of a step has the bits of the gradient of the whole set.
        IExampleSource example = TestNetworks.Examples(Net, 1, 5);
        var options = new SgdOptions { BatchSize = 1, Epochs = 2, LearningRate = 0.05f, ClipRatio = null };
        PersonalModel model = Create("proximal copy");
        using var trainer = new LocalTrainer(Net, example, options, personal: model);
        float[] w = [.. Start];
        for (int round = 0; round < 3; round++)
        {
            await TrainAsync(trainer, Body, 1);
            for (int step = 0; step < 2; step++)
            {
                float[] gradient = Net.Gradient(w, example);
                for (int i = 0; i < w.Length; i++)
                {
                    w[i] = Net.Trainable.Contains(i) ? MathF.FusedMultiplyAdd(-0.05f, MathF.FusedMultiplyAdd(0.5f, w[i] - Start[i], gradient[i]), w[i]) : w[i];
                }
            }

            Assert.Equal(w, ModelOf(model));
        }
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task Tuning_trains_the_personal_blocks_alone(string policy)
    {
        PersonalModel model = Create(policy);
        using LocalTrainer trainer = Trainer(model);
        trainer.Personalize(Start);
        int? epochs = policy is "alternating head" or "fine-tuning" ? 3 : null;
        SgdOptions options = With(Options, SplitMix64.At(Options.Seed ^ TuningStream, 0), epochs);
        options.ProximalStrength = policy == "proximal copy" ? 0.5f : 0;
        float[] expected = [.. Start];
        Net.Train(expected, Examples, options, model.Coordinates);
        Assert.Equal(expected, ModelOf(model));

        trainer.Personalize(Start);
        Assert.Equal(policy == "fine-tuning", expected.AsSpan().SequenceEqual(ModelOf(model)));
        await TrainAsync(trainer, Body, 1);
    }

    [Fact]
    public async Task Fine_tuning_adds_nothing_to_a_round()
    {
        PersonalModel model = Create("fine-tuning");
        using LocalTrainer trainer = Trainer(model);
        await TrainAsync(trainer, Body, 2);
        Assert.False(model.HasValues);
        Assert.Equal(Start, ModelOf(model));
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task The_received_vector_is_not_changed_and_rounds_can_be_repeated(string policy)
    {
        float[] before = [.. Start];
        using LocalTrainer first = Trainer(Create(policy)), second = Trainer(Create(policy));
        Assert.Equal(await TrainAsync(first, Body, 3), await TrainAsync(second, Body, 3));
        Assert.Equal(before, Start);
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task A_change_of_the_selection_changes_no_result(string policy)
    {
        using LocalTrainer rotated = Trainer(Create(policy));
        PersonalModel model = Create(policy);
        ulong round = 1;
        foreach (ParameterSelection selection in (ParameterSelection[])[Body, Net.Trainable, ParameterSelection.OfBlocks(Net.Layout, "c0.weight"), Head, Body])
        {
            using LocalTrainer other = Trainer(model);
            Assert.Equal(await TrainAsync(other, selection, 1, round), await TrainAsync(rotated, selection, 1, round++));
        }
    }

    [Fact]
    public async Task Running_statistics_are_personal_with_batch_statistics_and_only_then()
    {
        Assert.Equal(0, CountStatistics(Create("local normalization")));
        PersonalModel model = Create("local normalization", normalization: NormalizationMode.Batch);
        Assert.Equal(Net.Statistics.Count, CountStatistics(model));
        SgdOptions options = Options.Copy();
        options.Normalization = NormalizationMode.Batch;
        using LocalTrainer trainer = Trainer(model, options);
        float[][] update = await TrainAsync(trainer, ParameterSelection.OfBlocks(Net.Layout, "c0.weight"), 1);
        Assert.Equal(Net.Layout["c0.weight"].Range.Length, update[0].Length);
        float[] statistics = Difference(Net.Statistics, ModelOf(model), Start);
        Assert.All(statistics, change => Assert.NotEqual(0, change));

        static int CountStatistics(PersonalModel model) => Net.Statistics.Count - Net.Statistics.Except(model.Coordinates).Count;
    }

    [Fact]
    public async Task A_proximal_term_of_the_trainer_keeps_the_shared_parameters_close_and_leaves_the_personal_ones_free()
    {
        SgdOptions options = Options.Copy();
        (options.ProximalStrength, options.Epochs) = (5, 20);
        PersonalModel free = Create("local head"), without = Create("local head");
        using LocalTrainer trainer = Trainer(free, options);
        options.ProximalStrength = 0;
        using LocalTrainer other = Trainer(without, options);
        double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));
        Assert.True(4 * Norm((await TrainAsync(trainer, Body, 1))[0]) < Norm((await TrainAsync(other, Body, 1))[0]));
        Assert.InRange(Norm(Difference(Head, ModelOf(free), Start)) / Norm(Difference(Head, ModelOf(without), Start)), 0.5, 2);
    }

    private static async Task CheckTogetherAsync(string policy, string setting)
    {
        (SgdOptions options, EngineOptions engine) = Of(setting);
        PersonalModel model = Create(policy);
        using LocalTrainer trainer = Trainer(model, options, engine);
        ParameterSelection shared = Body.Except(model.Coordinates);
        float[] personal = [.. Start];
        for (ulong round = 1; round <= 3; round++)
        {
            float[] update = (await TrainAsync(trainer, shared, 1, round))[0];
            float[] trained = [.. personal];
            Net.Train(trained, Examples, With(options, SplitMix64.At(options.Seed, round)), shared.Union(model.Coordinates));
            model.Coordinates.Copy(trained, personal);
            Assert.Equal(Difference(shared, trained, Start), update);
            Assert.Equal(personal, ModelOf(model));
        }
    }

    private static (SgdOptions Options, EngineOptions Engine) Of(string setting)
    {
        SgdOptions options = Options.Copy();
        var engine = new EngineOptions();
        switch (setting)
        {
            case "momentum": (options.Momentum, options.WeightDecay) = (0.5f, 0.01f); break;
            case "norm": options.ClipNorm = 0.01; break;
            case "micro": engine.MicroBatchSize = 1; break;
            case "threads": engine.Threads = 3; break;
            case "features": engine.CacheFrozenFeatures = true; break;
            default: break;
        }

        return (options, engine);
    }

    private static SgdOptions With(SgdOptions options, ulong seed, int? epochs = null)
    {
        SgdOptions copy = options.Copy();
        (copy.Seed, copy.Epochs) = (seed, epochs ?? options.Epochs);
        return copy;
    }
}
