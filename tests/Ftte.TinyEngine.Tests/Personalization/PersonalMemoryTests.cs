using System.Buffers;
using Ftte.Selection;
using Ftte.TinyEngine.Personalization;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>The memory of personal parameters is planned and counts toward the budget.</summary>
public sealed class PersonalMemoryTests
{
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

    [Fact]
    public async Task An_evaluation_counts_the_personal_parameters()
    {
        PersonalModel model = Create("local head");
        TrainingAssignment question = TestData.Assign(Net, Body, 7, UpdateContent.Evaluation);
        using var shared = new LocalTrainer(Net, Examples, Options, heldBack: Examples);
        using var personal = new LocalTrainer(Net, Examples, Options, heldBack: Examples, personal: model);
        long least = await RequiredBy(shared) + model.MemoryBytes;
        Assert.Equal(least, await RequiredBy(personal));
        using SparseUpdate update = await personal.EvaluateAsync(question with { MemoryBudgetBytes = least }, Start);
        await Assert.ThrowsAsync<BudgetTooSmallException>(async () => await personal.EvaluateAsync(question with { MemoryBudgetBytes = least - 1 }, Start));

        async Task<long> RequiredBy(LocalTrainer trainer) =>
            (await Assert.ThrowsAsync<BudgetTooSmallException>(async () => await trainer.EvaluateAsync(question with { MemoryBudgetBytes = 1 }, Start))).Required;
    }

    [Fact]
    public async Task A_probe_counts_the_personal_parameters()
    {
        PersonalModel model = Create("local head");
        TrainingAssignment question = TestData.Assign(Net, Body, 7, UpdateContent.Importance);
        using LocalTrainer shared = Trainer(null), personal = Trainer(model);
        (await shared.ProbeAsync(question, Start, long.MaxValue)).Dispose();
        long peak = shared.LastProbe!.PeakBytes;
        foreach (long budget in new[] { peak, peak - 1, peak / 2 })
        {
            (await shared.ProbeAsync(question, Start, budget)).Dispose();
            (await personal.ProbeAsync(question, Start, budget + model.MemoryBytes)).Dispose();
            Assert.Equal(shared.LastProbe.Groups.Select(group => group with { PeakBytes = group.PeakBytes + model.MemoryBytes }), personal.LastProbe!.Groups);
            Assert.Equal(shared.LastProbe.UnprobedBlocks.AsEnumerable(), personal.LastProbe.UnprobedBlocks);
        }
    }
}
