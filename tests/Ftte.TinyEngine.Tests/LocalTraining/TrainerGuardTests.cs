namespace Ftte.TinyEngine.Tests;

/// <summary>A trainer, a store or parameters that are disposed or used again while a run uses them: a clear exception or the right result, never freed memory.</summary>
public class TrainerGuardTests
{
    private static readonly Network Network = Network.Build(8, 8, 2).Conv("c", 8, kernel: 3, stride: 1, padding: 1).Relu()
        .GlobalAveragePool().Linear("o", 3).SoftmaxCrossEntropy();

    private static readonly ParameterSelection Full = ParameterSelection.Full(Network.Layout);
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "o.weight", "o.bias");
    private static readonly float[] Start = Network.Initialize(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_trainer_that_is_disposed_by_its_progress_callback_ends_with_an_object_disposed_exception(int threads)
    {
        LocalTrainer trainer = null!;
        var options = new SgdOptions { BatchSize = 5, Epochs = 3, Progress = _ => trainer.Dispose() };
        trainer = new LocalTrainer(Network, LiveExamples.Of(Network, 20), options, engine: new EngineOptions { Threads = threads });

        Assert.Throws<ObjectDisposedException>(() => Train(trainer, Full));
        Assert.Throws<ObjectDisposedException>(() => Train(trainer, Full));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_trainer_that_is_disposed_by_its_example_source_ends_with_an_object_disposed_exception(bool probes)
    {
        LiveExamples examples = LiveExamples.Of(Network, 20);
        var trainer = new LocalTrainer(Network, examples, new SgdOptions { BatchSize = 5 });
        examples.Reading = index => trainer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => probes ? Probe(trainer) : Train(trainer, Full));
    }

    [Fact]
    public void Preparing_with_a_trainer_that_is_disposed_meanwhile_ends_with_an_object_disposed_exception()
    {
        LiveExamples examples = LiveExamples.Of(Network, 20);
        using FeatureStore store = FeatureStore.InMemory();
        var trainer = new LocalTrainer(Network, examples, engine: new EngineOptions { FeatureStore = store });
        examples.Reading = index => trainer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => trainer.Prepare(Head, Start));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("probe")]
    [InlineData("prepare")]
    public void A_call_from_within_a_round_is_refused_and_the_trainer_stays_usable(string call)
    {
        LiveExamples examples = LiveExamples.Of(Network, 20);
        using var trainer = new LocalTrainer(Network, examples, new SgdOptions { BatchSize = 5 });
        float[] expected = Train(trainer, Full);
        int calls = 0;
        examples.Reading = _ =>
        {
            if (calls++ == 3)
            {
                string message = Assert.Throws<InvalidOperationException>(() =>
                {
                    switch (call)
                    {
                        case "train": Train(trainer, Head); break;
                        case "probe": Probe(trainer); break;
                        default: trainer.Prepare(Head, Start); break;
                    }
                }).Message;
                Assert.StartsWith("Another call of the trainer has not ended.", message, StringComparison.Ordinal);
            }
        };

        Assert.Equal(expected, Train(trainer, Full));
        Assert.True(calls > 3);
    }

    [Fact]
    public void Calls_from_several_threads_are_refused_or_right()
    {
        using var trainer = new LocalTrainer(Network, LiveExamples.Of(Network, 20), new SgdOptions { BatchSize = 5 });
        Dictionary<ParameterSelection, float[]> expected = new() { [Full] = Train(trainer, Full), [Head] = Train(trainer, Head) };
        int wrong = 0, right = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, worker =>
        {
            for (int i = 0; i < 50; i++)
            {
                ParameterSelection selection = (i + worker) % 2 == 0 ? Full : Head;
                try
                {
                    Interlocked.Increment(ref (Train(trainer, selection).AsSpan().SequenceEqual(expected[selection]) ? ref right : ref wrong));
                }
                catch (InvalidOperationException)
                {
                    // Another thread is at work.
                }
            }
        });
        Assert.Equal(0, wrong);
        Assert.True(right > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_trainer_that_another_thread_disposes_ends_its_round_with_an_object_disposed_exception(int threads) => Watchdog.Run(progress =>
    {
        for (int i = 0; i < 20; i++)
        {
            using var started = new ManualResetEventSlim();
            var options = new SgdOptions { BatchSize = 5, Steps = int.MaxValue, Progress = _ => started.Set() };
            var trainer = new LocalTrainer(Network, LiveExamples.Of(Network, 20), options, engine: new EngineOptions { Threads = threads });
            Exception? failure = null;
            var round = new Thread(() => failure = Record.Exception(() => Train(trainer, Full)));
            round.Start();
            started.Wait();
            trainer.Dispose();
            trainer.Dispose();
            round.Join();
            Assert.IsType<ObjectDisposedException>(failure);
            progress();
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_feature_store_that_is_disposed_during_a_run_is_held_until_the_run_has_ended(bool inFile)
    {
        string path = Path.GetTempFileName();
        LiveExamples examples = LiveExamples.Of(Network, 20);
        using var plain = new LocalTrainer(Network, examples, new SgdOptions { BatchSize = 5, Epochs = 3 });
        float[] expected = Train(plain, Head);
        FeatureStore store = inFile ? FeatureStore.InFile(path) : FeatureStore.InMemory();
        using var trainer = new LocalTrainer(Network, examples, new SgdOptions { BatchSize = 5, Epochs = 3 }, engine: new EngineOptions { FeatureStore = store });
        examples.Reading = _ => store.Dispose();

        Assert.Equal(expected, Train(trainer, Head));
        Assert.Throws<ObjectDisposedException>(() => Train(trainer, Head));
        File.Delete(path);
    }

    [Fact]
    public void A_feature_store_that_another_run_uses_is_refused_and_two_trainers_may_take_turns()
    {
        LiveExamples examples = LiveExamples.Of(Network, 20);
        using FeatureStore store = FeatureStore.InMemory();
        var engine = new EngineOptions { FeatureStore = store };
        using LocalTrainer one = new(Network, examples, engine: engine), two = new(Network, examples, engine: engine);
        float[] expected = Train(one, Head);
        Assert.Equal(expected, Train(two, Head));
        string? message = null;
        examples.Reading = _ => message ??= Record.Exception(() => Train(two, Head))!.Message;

        Assert.Equal(expected, Train(one, Head));
        Assert.StartsWith("The feature store is in use by another run.", message, StringComparison.Ordinal);
        Assert.Equal(expected, Train(two, Head));
    }

    [Fact]
    public void Supplied_memory_that_another_run_uses_is_refused_and_two_trainers_may_take_turns()
    {
        LiveExamples examples = LiveExamples.Of(Network, 20);
        var engine = new EngineOptions { Memory = new byte[Network.Plan(Full, 20).ArenaBytes + 64] };
        using LocalTrainer one = new(Network, examples, engine: engine), two = new(Network, examples, engine: engine);
        float[] expected = Train(one, Full);
        Assert.Equal(expected, Train(two, Full));
        string? message = null;
        examples.Reading = _ => message ??= Record.Exception(() => Train(two, Full))!.Message;

        Assert.Equal(expected, Train(one, Full));
        Assert.Contains("supplied memory is in use by another run", message, StringComparison.Ordinal);
        Assert.Equal(expected, Train(two, Full));
    }

    [Fact]
    public void Frozen_parameters_that_are_disposed_during_a_run_are_held_until_the_run_has_ended()
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Start).ToArray());
        LiveExamples examples = LiveExamples.Of(Network, 20);
        Evaluation expected = Network.Evaluate(Start, examples);
        Func<FrozenParameters>[] kinds =
        [
            () => FrozenParameters.Map(Network, path), () => FrozenParameters.Of(Start), () => FrozenParameters.Compress(Network, Start, FrozenFormat.Float32),
        ];
        foreach (Func<FrozenParameters> make in kinds)
        {
            FrozenParameters frozen = make();
            examples.Reading = _ => frozen.Dispose();
            Assert.Equal(expected, Network.EvaluateFrozen(frozen, examples));
            Assert.Throws<ObjectDisposedException>(() => Network.EvaluateFrozen(frozen, examples));
            Assert.Throws<ObjectDisposedException>(() => frozen.CopyTo(0, new float[3]));
        }

        File.Delete(path);
    }

    private static float[] Train(LocalTrainer trainer, ParameterSelection selection)
    {
        using SparseUpdate update = trainer.TrainAsync(TestData.Assign(Network, selection), Start).AsTask().GetAwaiter().GetResult();
        return update.Values.ToArray();
    }

    private static float[] Probe(LocalTrainer trainer)
    {
        using SparseUpdate update = trainer.ProbeAsync(TestData.Assign(Network, Full, content: UpdateContent.Importance), Start, 1 << 20).AsTask().GetAwaiter().GetResult();
        return update.Values.ToArray();
    }
}
