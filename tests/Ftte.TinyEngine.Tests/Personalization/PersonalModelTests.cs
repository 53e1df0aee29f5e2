using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.Tests.Reference;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

public sealed class PersonalModelTests
{
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

    private sealed class Odd : PersonalizationPolicy
    {
        public ParameterSelection Personal { get; init; } = Head;

        public PersonalPhase[] Phases { get; init; } = [new(TrainedPart.SharedAndPersonal)];

        public PersonalPhase Tuned { get; init; } = new(TrainedPart.Personal);

        public override IReadOnlyList<PersonalPhase> Round => Phases;

        public override PersonalPhase Tuning => Tuned;

        public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) => Personal;
    }
}
