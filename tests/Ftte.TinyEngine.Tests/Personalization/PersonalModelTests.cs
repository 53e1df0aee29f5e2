using System.Buffers;
using Ftte.Selection;
using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.Tests.Reference;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

public sealed class PersonalModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-personal-").FullName;

    private string FilePath => Path.Combine(_folder, "personal");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task Without_training_the_personal_model_is_the_shared_one_bit_for_bit(string policy)
    {
        PersonalModel model = Create(policy);
        Assert.False(model.HasValues);
        Assert.Equal(Start, ModelOf(model));
        float[] chosen = new float[Start.Length];
        PersonalChoice choice = model.Choose(Start, Examples, chosen);
        Assert.Equal(choice.Shared, choice.Personal);
        Assert.Equal(Start, chosen);

        // The first round starts from the received values of personal blocks, too.
        using LocalTrainer trainer = Trainer(model);
        await TrainAsync(trainer, Body, 1);
        model.Reset();
        Assert.Equal(Start, ModelOf(model));
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public void A_personal_model_that_is_worse_on_held_back_examples_is_not_chosen(string policy)
    {
        float[] trained = [.. Start], chosen = new float[Start.Length];
        Net.Train(trained, Examples, new SgdOptions { Epochs = 60 });
        PersonalModel model = CreateTrained(policy, 8);
        PersonalChoice choice = model.Choose(trained, Examples, chosen);
        Assert.False(choice.IsPersonal);
        Assert.Equal(trained, chosen);
        Assert.True(choice.Shared.Accuracy > choice.Personal.Accuracy || choice.Shared.Loss < choice.Personal.Loss);

        PersonalModel better = Create(policy);
        better.Keep(Net.Trainable.Union(better.Coordinates), Pack(Net.Trainable.Union(better.Coordinates), trained));
        Assert.True(better.Choose(Start, Examples, chosen).IsPersonal);
        Assert.Equal(Pack(better.Coordinates, trained), Pack(better.Coordinates, chosen));
    }

    [Theory]
    [InlineData(0.8, 1, 0.7, 2, true)]
    [InlineData(0.7, 2, 0.8, 1, false)]
    [InlineData(0.8, 1, 0.8, 1, true)]
    [InlineData(0.8, 2, 0.8, 1, false)]
    [InlineData(0.8, double.NaN, 0.8, 1, false)]
    [InlineData(double.NaN, 1, double.NaN, 2, true)]
    [InlineData(double.NaN, 2, double.NaN, 1, false)]
    public void The_better_model_is_chosen_by_accuracy_and_then_by_loss(double accuracy, double loss, double sharedAccuracy, double sharedLoss, bool isPersonal) =>
        Assert.Equal(isPersonal, new PersonalChoice(new Evaluation(sharedLoss, sharedAccuracy, 5), new Evaluation(loss, accuracy, 5)).IsPersonal);

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task A_restarted_app_trains_on_to_the_same_bits(string policy)
    {
        PersonalModel kept = Create(policy);
        using LocalTrainer trainer = Trainer(kept);
        float[][] expected = await TrainAsync(trainer, Body, 3);
        trainer.Personalize(Start);
        for (ulong round = 1; round <= 3; round++)
        {
            using LocalTrainer restarted = Trainer(Create(policy, new FileStateStore(FilePath)));
            Assert.Equal(expected[round - 1], (await TrainAsync(restarted, Body, 1, round))[0]);
        }

        PersonalModel last = Create(policy, new FileStateStore(FilePath));
        using LocalTrainer tuned = Trainer(last);
        tuned.Personalize(Start);
        Assert.Equal(ModelOf(kept), ModelOf(Create(policy, new FileStateStore(FilePath))));
        last.Reset();
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void Parameters_of_another_model_are_discarded_and_the_reason_names_both()
    {
        Save(Net, new LocalHead(), "keyboard 1");
        Check(Net, new LocalHead(), "keyboard 2", "they are of the model 'keyboard 1', but this model is 'keyboard 2'");
        Check(Net, new LocalHead("c5", "fc"), "keyboard 1", "they are of other blocks");
        Network other = TestNetworks.All["norm"]();
        Check(other, new LocalHead(), "keyboard 1", $"they are of a model with the layout {Net.Layout.Fingerprint:x16}, but this model has {other.Layout.Fingerprint:x16}");
        Assert.True(new PersonalModel(Net, new AlternatingHead(), new FileStateStore(FilePath), "keyboard 1").HasValues);
        new FileStateStore(FilePath).Save("counters of another trainer, longer than the header"u8);
        Check(Net, new LocalHead(), "keyboard 1", "the state is not of personal parameters");
    }

    [Fact]
    public void A_file_that_ends_at_any_byte_or_differs_in_any_is_discarded_with_a_reason()
    {
        PersonalModel saved = Save(Net, new LocalHead(), "a");
        float[] trained = ModelOf(saved);
        byte[] whole = File.ReadAllBytes(FilePath);
        for (int at = 0; at < whole.Length; at++)
        {
            File.WriteAllBytes(FilePath, whole[..at]);
            Check(Net, new LocalHead(), "a", $"The client state in the file '{FilePath}' is damaged: ");
            byte[] changed = [.. whole];
            changed[at] ^= 0x10;
            if (at >= 4)
            {
                File.WriteAllBytes(FilePath, changed);
                Check(Net, new LocalHead(), "a", $"The client state in the file '{FilePath}' is damaged: ");
            }
        }

        File.WriteAllBytes(FilePath, whole);
        Assert.Equal(trained, ModelOf(new PersonalModel(Net, new LocalHead(), new FileStateStore(FilePath), "a")));
    }

    /// <summary>Whatever bytes a store returns, a model takes over all values or none.</summary>
    [Fact]
    public void A_state_that_differs_in_any_byte_is_taken_over_as_a_whole_or_discarded()
    {
        var store = new MemoryStateStore();
        PersonalModel saved = Create("local head", store);
        saved.Keep(Head, TestData.Values(Head.Count, 1));
        byte[] whole = store.State.ToArray();
        int header = whole.Length - (4 * Head.Count);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x80;
            PersonalModel loaded = Create("local head", new MemoryStateStore(changed)), truncated = Create("local head", new MemoryStateStore(whole.AsSpan(0, at)));
            Assert.Equal(at >= header, loaded.HasValues);
            Assert.Equal(at >= header, loaded.Discarded is null);
            Assert.Equal((false, at == 0), (truncated.HasValues, truncated.Discarded is null));
        }

        foreach (float value in (float[])[float.NaN, float.PositiveInfinity])
        {
            byte[] changed = [.. whole];
            BitConverter.TryWriteBytes(changed.AsSpan(^4..), value);
            Assert.Equal("a value is not finite", Create("local head", new MemoryStateStore(changed)).Discarded);
        }
    }

    [Fact]
    public void The_bytes_of_a_state_are_those_of_the_format()
    {
        Network network = Network.Build(2).Linear("a", 1).Linear("b", 1).BinaryCrossEntropy();
        var store = new MemoryStateStore();
        var model = new PersonalModel(network, new LocalHead(), store, "hör");
        model.Keep(model.Coordinates, [1.5f, -2]);
        Assert.Equal(
            "46545050" + "01000000" + Convert.ToHexString(BitConverter.GetBytes(network.Layout.Fingerprint)) + "04000000" + "01000000" + "02000000" + "68C3B672" + "0300000002000000" + "0000C03F" + "000000C0",
            Convert.ToHexString(store.State.Span));
        Assert.Equal(store.State.Length, model.MemoryBytes);
    }

    [Fact]
    public async Task A_store_that_cannot_save_does_not_end_training_and_a_diverged_run_keeps_the_previous_values()
    {
        PersonalModel model = Create("local head", new FullDisk());
        using LocalTrainer trainer = Trainer(model);
        await TrainAsync(trainer, Body, 1);
        float[] good = ModelOf(model);
        Assert.NotEqual(Start, good);

        using LocalTrainer diverging = Trainer(model, new SgdOptions { LearningRate = 1e20f, ClipRatio = null, BatchSize = 4, Epochs = 3 });
        using SparseUpdate update = await diverging.TrainAsync(TestData.Assign(Net, Body), Start);
        Assert.False(update.Moments.IsFinite);
        Assert.Equal(good, ModelOf(model));
    }

    [Fact]
    public async Task A_canceled_round_keeps_the_previous_values()
    {
        PersonalModel model = CreateTrained("local head", 1);
        float[] before = ModelOf(model);
        using var canceled = new CancellationTokenSource();
        SgdOptions options = Options.Copy();
        options.Progress = progress => canceled.Cancel();
        using LocalTrainer trainer = Trainer(model, options);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await trainer.TrainAsync(TestData.Assign(Net, Body), Start, canceled.Token));
        Assert.Equal(before, ModelOf(model));
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task The_plan_is_what_training_allocates(string policy)
    {
        PersonalModel model = Create(policy);
        TrainingPlan plan = model.Plan(Body, Options);
        var pool = new MeasuringPool();
        using var trainer = new LocalTrainer(Net, Examples, Options, pool, personal: model);
        (await trainer.TrainAsync(TestData.Assign(Net, Body), Start)).Dispose();
        long round = trainer.Plan!.ArenaBytes + (4L * pool.Peak);
        trainer.Personalize(Start);
        long peak = Math.Max(round, trainer.Plan!.ArenaBytes + (4L * pool.Peak));
        if (policy == "proximal copy")
        {
            // The copy is trained first and takes the most; the plan of the round follows it.
            pool.Reset();
            trainer.Personalize(Start);
            peak = trainer.Plan.ArenaBytes + (4L * pool.Peak);
        }

        Assert.Equal(plan.PeakBytes, (4L * Start.Length) + model.MemoryBytes + peak);
        Assert.Equal(model.MemoryBytes, plan.PersonalBytes);
        Assert.Equal(plan.PeakBytes, plan.ParameterBytes + plan.TrainedBytes + plan.ArenaBytes + plan.PersonalBytes);
        Assert.Equal(Net.Plan(plan.Selection, Options).PeakBytes + model.MemoryBytes, plan.PeakBytes);
        Assert.InRange(model.MemoryBytes - (4L * model.Coordinates.Count), 28, 28 + 8 + (8 * model.Coordinates.Ranges.Length));
    }

    [Fact]
    public async Task A_budget_counts_the_personal_parameters()
    {
        PersonalModel model = Create("local head");
        long whole = model.Plan(Body, Options).PeakBytes;
        long least = new[] { 4, 2, 1 }.Min(micro => model.Plan(Body, Options, new EngineOptions { MicroBatchSize = micro }).PeakBytes);
        using LocalTrainer trainer = Trainer(model), plain = Trainer(Create("local head"));
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Net, Body) with { MemoryBudgetBytes = least }, Start);
        Assert.InRange(trainer.Plan!.PeakBytes, least - model.MemoryBytes, least);
        Assert.True(least < whole);
        Assert.Equal((await TrainAsync(plain, Body, 1))[0], update.Values.ToArray());
        var refusal = Assert.Throws<BudgetTooSmallException>(() => { _ = trainer.TrainAsync(TestData.Assign(Net, Body) with { MemoryBudgetBytes = least - 1 }, Start).AsTask(); });
        Assert.Equal(least, refusal.Required);
    }

    [Fact]
    public async Task Stored_features_serve_all_phases_of_an_alternating_head()
    {
        using FeatureStore store = FeatureStore.InMemory();
        using LocalTrainer stored = Trainer(Create("alternating head"), engine: new EngineOptions { FeatureStore = store }), plain = Trainer(Create("alternating head"));
        ParameterSelection late = ParameterSelection.OfBlocks(Net.Layout, "c4.weight");
        Assert.Equal(await TrainAsync(plain, late, 3), await TrainAsync(stored, late, 3));
    }

    [Fact]
    public void A_policy_that_does_not_fit_is_refused_with_a_message()
    {
        AssertRefused("no layer or block 'top'", () => new PersonalModel(Net, new LocalHead("top")));
        AssertRefused("Its layers are fc1, fc2", () => new PersonalModel(TestNetworks.All["binary"](), new LocalNormalization()));
        AssertRefused("a part of block 'c4.weight'", () => new PersonalModel(Net, new Odd { Personal = Body }));
        AssertRefused("selects 0 of", () => new PersonalModel(Net, new Odd { Personal = ParameterSelection.Create(Start.Length, []) }));
        AssertRefused("must be the last one", () => new PersonalModel(Net, new Odd { Phases = [new(TrainedPart.Received), new(TrainedPart.Personal)] }));
        AssertRefused("must be the last one", () => new PersonalModel(Net, new Odd { Phases = [new(TrainedPart.Shared), new(TrainedPart.Received)] }));
        AssertRefused("has the phases", () => new PersonalModel(Net, new Odd { Phases = [] }));
        AssertRefused("tunes Shared", () => new PersonalModel(Net, new Odd { Tuned = new(TrainedPart.Shared) }));
        AssertRefused("more than 200 bytes", () => new PersonalModel(Net, new LocalHead(), lineage: new string('ä', 101)));
        AssertRefused("Create both with the same network", () => Trainer(Create("local head", normalization: NormalizationMode.Batch)));
        AssertRefused("Create both with the same network", () => Trainer(new PersonalModel(TestNetworks.All["norm"](), new LocalHead())));
        AssertRefused(nameof(SgdOptions.ProximalStrength), () => Trainer(new PersonalModel(Net, new ProximalCopy(strength: 20))));
        AssertRefused(nameof(PersonalPhase.Epochs), () => Trainer(new PersonalModel(Net, new AlternatingHead(0))));
        using LocalTrainer trainer = Trainer(null);
        Assert.Contains(nameof(PersonalModel), Assert.Throws<InvalidOperationException>(() => trainer.Personalize(Start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shared_selection_leaves_out_the_personal_blocks_unless_they_are_a_copy()
    {
        Assert.Equal(Head, Create("local head").Coordinates);
        Assert.Equal(Net.Trainable.Except(Head), Create("local head").Shared);
        Assert.Equal(["bn0", "bn1", "bn2"], Net.Layout.Blocks.Where(b => Create("local normalization").Coordinates.Contains(b.Range.Start)).Select(b => b.Name.Split('.')[0]).Distinct());
        Assert.Equal(Net.Trainable, Create("proximal copy").Shared);
        Assert.Equal(Net.Trainable, Create("fine-tuning").Coordinates);
        Assert.Equal(ParameterSelection.OfBlocks(Net.Layout, "c5.weight", "c5.bias", "fc.bias"), new PersonalModel(Net, new LocalHead("c5", "fc.bias")).Coordinates);
    }

    private static float[] Pack(ParameterSelection selection, float[] dense)
    {
        float[] packed = new float[selection.Count];
        selection.Gather(dense, packed);
        return packed;
    }

    private static void AssertRefused(string reason, Func<object> create) => Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(create).Message, StringComparison.Ordinal);

    private PersonalModel Save(Network network, PersonalizationPolicy policy, string lineage)
    {
        var model = new PersonalModel(network, policy, new FileStateStore(FilePath), lineage);
        model.Keep(model.Coordinates, TestData.Values(model.Coordinates.Count, 5));
        return model;
    }

    private void Check(Network network, PersonalizationPolicy policy, string lineage, string reason)
    {
        var model = new PersonalModel(network, policy, new FileStateStore(FilePath), lineage);
        Assert.False(model.HasValues);
        Assert.StartsWith(reason, model.Discarded, StringComparison.Ordinal);
    }

    private sealed class Odd : PersonalizationPolicy
    {
        public ParameterSelection Personal { get; init; } = Head;

        public PersonalPhase[] Phases { get; init; } = [new(TrainedPart.SharedAndPersonal)];

        public PersonalPhase Tuned { get; init; } = new(TrainedPart.Personal);

        public override IReadOnlyList<PersonalPhase> Round => Phases;

        public override PersonalPhase Tuning => Tuned;

        public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) => Personal;
    }

    private sealed class FullDisk : IClientStateStore
    {
        public byte[]? Load() => null;

        public void Save(ReadOnlySpan<byte> state) => throw new IOException("the disk is full");
    }

    /// <summary>Rents exactly what is asked for, and counts the most that was rented at once.</summary>
    private sealed class MeasuringPool : MemoryPool<float>
    {
        private int _rented;

        public int Peak { get; private set; }

        public override int MaxBufferSize => int.MaxValue;

        public void Reset() => Peak = 0;

        public override IMemoryOwner<float> Rent(int minBufferSize = -1)
        {
            _rented += minBufferSize;
            Peak = Math.Max(Peak, _rented);
            return new Owner(this, minBufferSize);
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Owner(MeasuringPool pool, int length) : IMemoryOwner<float>
        {
            public Memory<float> Memory { get; } = new float[length];

            public void Dispose() => pool._rented -= length;
        }
    }
}
