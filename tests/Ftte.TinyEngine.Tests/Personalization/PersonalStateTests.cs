using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.Tests.Reference;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>Personal parameters survive a restart of the app, and are discarded with a reason if they do not fit.</summary>
public sealed class PersonalStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-personal-").FullName;

    private string FilePath => Path.Combine(_folder, "personal");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
        Check(other, new LocalHead(), "watch 1", "they are of the model 'keyboard 1', but this model is 'watch 1'");
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

    private sealed class FullDisk : IClientStateStore
    {
        public byte[]? Load() => null;

        public void Save(ReadOnlySpan<byte> state) => throw new IOException("the disk is full");
    }
}
