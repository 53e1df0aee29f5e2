using System.Buffers;

namespace Ftte.TinyEngine.Tests;

public class LocalTrainerTests
{
    private static readonly Network Network = Network.Build(12).Linear("fc1", 20).Relu().Linear("fc2", 3).SoftmaxCrossEntropy();
    private static readonly ArrayExamples Examples = TestData.Clusters(90, 12, 3, 21);
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "fc2.weight", "fc2.bias");
    private static readonly ParameterSelection Everything = ParameterSelection.Full(Network.Layout);
    private static readonly float[] Start = Network.Initialize(1);

    [Fact]
    public async Task The_update_answers_the_assignment()
    {
        using var trainer = new LocalTrainer(Network, Examples);
        TrainingAssignment assignment = TestData.Assign(Network, Head, update: 77);
        using SparseUpdate update = await trainer.TrainAsync(assignment, Start);
        Assert.Equal(assignment.CreateHeader(90), update.Header);
        Assert.Equal(Head.Count, update.Values.Length);
        Assert.True(update.Moments.IsFinite && update.Moments.Norm > 0);
        Assert.Equal((5, 90), (trainer.LastRun.Steps, trainer.LastRun.Examples));
    }

    [Fact]
    public async Task A_difference_is_trained_minus_received()
    {
        using var trainer = new LocalTrainer(Network, Examples);
        using SparseUpdate difference = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        using SparseUpdate trained = await trainer.TrainAsync(TestData.Assign(Network, Head, content: UpdateContent.Trained), Start);
        Assert.Equal(UpdateContent.Trained, trained.Header.Content);
        float[] received = new float[Head.Count];
        Head.Gather(Start, received);
        Assert.Equal(trained.Values.ToArray().Zip(received, (t, r) => t - r), difference.Values.ToArray());
    }

    [Fact]
    public async Task Progress_is_reported_to_the_options_and_to_the_assignment()
    {
        var shares = new Shares();
        var steps = new List<long>();
        using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { Progress = progress => steps.Add(progress.Step) });
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Head) with { Progress = shares }, Start);
        using SparseUpdate quiet = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1], shares.Reported);
        Assert.Equal([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], steps);
    }

    [Fact]
    public async Task The_received_vector_is_not_changed()
    {
        float[] received = [.. Start];
        using var trainer = new LocalTrainer(Network, Examples);
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Everything), received);
        Assert.Equal(Start, received);
    }

    [Fact]
    public async Task The_step_scale_of_the_assignment_multiplies_the_step_size_of_that_round_only()
    {
        using var scaled = new LocalTrainer(Network, Examples, new SgdOptions { LearningRate = 0.2f });
        using var plain = new LocalTrainer(Network, Examples, new SgdOptions { LearningRate = 0.1f });
        TrainingAssignment assignment = TestData.Assign(Network, Head);

        using SparseUpdate half = await scaled.TrainAsync(assignment with { StepScale = 0.5f }, Start);
        using SparseUpdate expected = await plain.TrainAsync(assignment, Start);
        using SparseUpdate whole = await scaled.TrainAsync(assignment, Start);

        Assert.Equal(expected.Values.ToArray(), half.Values.ToArray());
        Assert.NotEqual(half.Values.ToArray(), whole.Values.ToArray());
    }

    [Fact]
    public async Task A_device_trains_as_the_server_would_with_the_same_seed()
    {
        var options = new SgdOptions { BatchSize = 8, Epochs = 2, LearningRate = 0.2f, Seed = 9 };
        using var trainer = new LocalTrainer(Network, Examples, options);
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Head, update: 5, UpdateContent.Trained), Start);
        float[] central = [.. Start];
        options.Seed = SplitMix64.At(9, 5);
        Network.Train(central, Examples, options, Head);
        float[] expected = new float[Head.Count];
        Head.Gather(central, expected);
        Assert.Equal(expected, update.Values.ToArray());
    }

    [Fact]
    public async Task The_same_assignment_gives_the_same_bits_and_another_update_id_another_order()
    {
        string first = await Hash(seed: 1, update: 1);
        Assert.Equal(first, await Hash(seed: 1, update: 1));
        Assert.NotEqual(first, await Hash(seed: 1, update: 2));
        Assert.NotEqual(first, await Hash(seed: 2, update: 1));

        static async Task<string> Hash(ulong seed, ulong update)
        {
            using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { Seed = seed });
            using SparseUpdate result = await trainer.TrainAsync(TestData.Assign(Network, Everything, update), Start);
            return TestData.Hash(result.Values.ToArray());
        }
    }

    [Fact]
    public async Task A_change_of_selection_is_followed_and_changes_no_result()
    {
        using var one = new LocalTrainer(Network, Examples);
        foreach (ParameterSelection selection in (ParameterSelection[])[Head, Everything, Head, ParameterSelection.OfBlocks(Network.Layout, "fc1.bias")])
        {
            using var other = new LocalTrainer(Network, Examples);
            using SparseUpdate a = await one.TrainAsync(TestData.Assign(Network, selection), Start);
            using SparseUpdate b = await other.TrainAsync(TestData.Assign(Network, selection), Start);
            Assert.Equal(b.Values.ToArray(), a.Values.ToArray());
            Assert.Equal(selection, one.Plan!.Selection);
        }
    }

    [Fact]
    public async Task An_equal_selection_keeps_the_arena()
    {
        using var trainer = new LocalTrainer(Network, Examples);
        (await trainer.TrainAsync(TestData.Assign(Network, Head), Start)).Dispose();
        TrainingPlan? plan = trainer.Plan;
        (await trainer.TrainAsync(TestData.Assign(Network, ParameterSelection.OfBlocks(Network.Layout, "fc2.bias", "fc2.weight")), Start)).Dispose();
        Assert.Same(plan, trainer.Plan);
    }

    [Fact]
    public async Task A_step_allocates_nothing()
    {
        long few = await Allocated(steps: 10), many = await Allocated(steps: 500);
        Assert.Equal(few, many);

        // What a step allocates it allocates in every assignment; what the runtime allocates for itself (code it replaces, a shared pool
        // that it trims) it allocates in some, so the least of several is the trainer's own.
        static async Task<long> Allocated(int steps)
        {
            using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { Steps = steps, BatchSize = 16 });
            TrainingAssignment assignment = TestData.Assign(Network, Everything);
            long least = long.MaxValue;
            for (int repeat = 0; repeat < 6; repeat++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                ValueTask<SparseUpdate> task = trainer.TrainAsync(assignment, Start);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.True(task.IsCompleted);
                (await task).Dispose();
            }

            return least;
        }
    }

    [Fact]
    public async Task Cancelling_between_steps_returns_the_buffer_and_no_update()
    {
        using var source = new CancellationTokenSource();
        var pool = new CountingPool();
        var examples = new CancellingExamples(Examples, source, after: 35);
        using var trainer = new LocalTrainer(Network, examples, new SgdOptions { BatchSize = 10 }, pool);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await trainer.TrainAsync(TestData.Assign(Network, Head), Start, source.Token));
        Assert.Equal(40, examples.Read);
        Assert.Equal((1, 1), (pool.Rented, pool.Returned));
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_gives_a_cancelled_task_and_rents_nothing()
    {
        var pool = new CountingPool();
        using var trainer = new LocalTrainer(Network, Examples, pool: pool);
        ValueTask<SparseUpdate> task = trainer.TrainAsync(TestData.Assign(Network, Head), Start, new CancellationToken(canceled: true));
        Assert.True(task.IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await task);
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task The_update_owns_the_only_buffer_that_training_rents()
    {
        var pool = new CountingPool();
        using var trainer = new LocalTrainer(Network, Examples, pool: pool);
        SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        Assert.Equal((1, 0), (pool.Rented, pool.Returned));
        Assert.Equal(Head.Count, pool.LargestRent);
        update.Dispose();
        Assert.Equal((1, 1), (pool.Rented, pool.Returned));
    }

    [Fact]
    public async Task Training_that_diverges_is_not_hidden()
    {
        using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { LearningRate = 1e30f, Epochs = 5 });
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Everything), Start);
        Assert.False(update.Moments.IsFinite);
        Assert.Equal(double.NaN, trainer.LastRun.MeanLoss);
    }

    [Fact]
    public async Task Steps_override_epochs_and_bound_the_example_count()
    {
        using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { BatchSize = 8, Steps = 3 });
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        Assert.Equal(24, update.Header.ExampleCount);
        Assert.Equal((3, 24), (trainer.LastRun.Steps, trainer.LastRun.Examples));
    }

    [Fact]
    public void A_wrong_layout_or_vector_is_refused()
    {
        using var trainer = new LocalTrainer(Network, Examples);
        TrainingAssignment other = TestData.Assign(Network, Head) with { LayoutFingerprint = 1 };
        Assert.Contains("another layout", Assert.Throws<ArgumentException>(() => { _ = trainer.TrainAsync(other, Start).AsTask(); }).Message, StringComparison.Ordinal);
        Assert.Contains("but the vector has 3", Assert.Throws<ArgumentException>(() => { _ = trainer.TrainAsync(TestData.Assign(Network, Head), new float[3]).AsTask(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_trainer_throws_ObjectDisposedException()
    {
        var trainer = new LocalTrainer(Network, Examples);
        trainer.Dispose();
        trainer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = trainer.TrainAsync(TestData.Assign(Network, Head), Start).AsTask(); });
    }

    [Fact]
    public void A_label_that_is_no_class_is_named()
    {
        using var trainer = new LocalTrainer(Network, new ArrayExamples(new float[24], new int[] { 0, 3 }, 12));
        string message = Assert.Throws<InvalidOperationException>(() => { _ = trainer.TrainAsync(TestData.Assign(Network, Head), Start).AsTask(); }).Message;
        Assert.Equal("Example 1 has label 3, but the network has 3 classes, 0 to 2. Correct the label, or use a network with more classes.", message);
    }

    private sealed class CancellingExamples(IExampleSource inner, CancellationTokenSource source, int after) : IExampleSource
    {
        public int Read { get; private set; }

        public int Count => inner.Count;

        public int InputLength => inner.InputLength;

        public int CopyTo(int index, Span<float> input)
        {
            if (++Read == after)
            {
                source.Cancel();
            }

            return inner.CopyTo(index, input);
        }
    }

    private sealed class CountingPool : MemoryPool<float>
    {
        public int Rented { get; private set; }

        public int Returned { get; private set; }

        public int LargestRent { get; private set; }

        public override int MaxBufferSize => int.MaxValue;

        public override IMemoryOwner<float> Rent(int minBufferSize = -1)
        {
            Rented++;
            LargestRent = Math.Max(LargestRent, minBufferSize);
            return new Owner(this, new float[minBufferSize]);
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Owner(CountingPool pool, float[] values) : IMemoryOwner<float>
        {
            public Memory<float> Memory => values;

            public void Dispose() => pool.Returned++;
        }
    }

    private sealed class Shares : IProgress<double>
    {
        public List<double> Reported { get; } = [];

        public void Report(double value) => Reported.Add(value);
    }
}
