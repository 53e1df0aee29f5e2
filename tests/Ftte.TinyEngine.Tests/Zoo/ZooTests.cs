using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Tests;

/// <summary>Every network of the zoo: its size, its plans, and that training keeps to them.</summary>
public class ZooTests
{
    private const int Selections = 20;
    private const int Steps = 100;

    public static TheoryData<string> Names => [.. NetworkZoo.Names];

    /// <summary>Gets the networks that a default run has time for; with FTTE_LONG=1 all.</summary>
    public static TheoryData<string> Small =>
        [.. NetworkZoo.Names.Where(n => Environment.GetEnvironmentVariable("FTTE_LONG") == "1" || n is not ("resnet18" or "mobilenetv2-0.35-128" or "fedavg-cnn"))];

    [Theory]
    [InlineData("mlp", 199_210, 0.2)]
    [InlineData("fedavg-cnn", 1_663_370, 12.3)]
    [InlineData("cnn", 122_570, 8.0)]
    [InlineData("resnet8", 78_042, 12.5)]
    [InlineData("resnet20", 272_474, 40.8)]
    [InlineData("resnet18", 11_173_962, 555.4)]
    [InlineData("dscnn", 23_180, 2.66)]
    [InlineData("mobilenetv1-0.25", 213_586, 7.49)]
    [InlineData("mobilenetv2-0.35", 251_338, 13.3)]
    public void A_network_has_the_parameters_and_multiply_adds_of_its_paper(string name, int parameters, double millions)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        Assert.Equal(parameters, network.Trainable.Count);
        Assert.Equal(millions, network.MultiplyAdds / 1e6, 0.05);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void With_group_normalization_a_network_has_the_same_layers_and_all_parameters_are_trainable(string name)
    {
        Network batch = NetworkZoo.Create(name, NormalizationKind.Batch), group = NetworkZoo.Create(name, NormalizationKind.Group);

        Assert.Equal(batch.Trainable.Count, group.Trainable.Count);
        Assert.True(group.Trainable.IsFull);
        Assert.Equal(batch.MultiplyAdds, group.MultiplyAdds);
        Assert.DoesNotContain(group.Layout.Blocks, block => block.Name.Contains("bn", StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_with_group_normalization_learns_from_random_weights()
    {
        Network network = NetworkZoo.ResNet8(classes: 3, NormalizationKind.Group);
        ArrayExamples examples = TestData.Clusters(60, network.InputLength, 3, seed: 5);
        float[] parameters = network.Initialize(seed: 1);

        network.Train(parameters, examples, new SgdOptions { Epochs = 20 });

        Assert.True(network.Evaluate(parameters, examples).Accuracy > 0.9);
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones() =>
        Assert.Contains("cnn, digits, dscnn", Assert.Throws<ArgumentException>(() => NetworkZoo.Create("resnet9")).Message, StringComparison.Ordinal);

    /// <summary>The peak that is promised is what is allocated, and the profile that selectors use never promises less.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_planned_peak_of_random_selections_is_the_bytes_held(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        int count = name == "resnet18" ? 3 : Selections;
        for (int i = 0; i < count; i++)
        {
            (ParameterSelection selection, EngineOptions engine) = Draw(network, i);
            TrainingPlan plan = network.Plan(selection, new SgdOptions { BatchSize = 4 }, engine);
            using var arena = new Arena(plan.ArenaBytes);
            Assert.Equal(plan.PeakBytes, (4L * network.Layout.ParameterCount) + (4L * selection.Count) + arena.Bytes);
            Assert.Equal(plan.ArenaBytes, plan.Tensors.Max(t => t.Offset + t.Bytes));
            Assert.InRange(plan.ArenaBytes, plan.PeakLiveBytes, plan.PeakLiveBytes + (plan.PeakLiveBytes / 20));
        }
    }

    /// <summary>Before each operation all that is free is filled with a canary; after it, it must be untouched.</summary>
    [Theory]
    [MemberData(nameof(Small))]
    public void No_operation_writes_outside_the_tensors_that_live_while_it_runs(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        float[] parameters = network.Initialize(1);
        IExampleSource examples = Examples(network, 2);
        for (int i = 0; i < Selections; i++)
        {
            (ParameterSelection selection, EngineOptions engine) = Draw(network, i);
            var options = new SgdOptions { BatchSize = 2, Steps = 1, LearningRate = 0.01f, ClipRatio = null };
            using var session = new TrainingSession(network.Plan(selection, options, engine));
            Watch(session);
            Train(session, parameters, selection, examples, options);
        }
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void A_hundred_steps_allocate_nothing(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        foreach (EngineOptions engine in (EngineOptions[])[new() { MicroBatchSize = 1 }, new()])
        {
            // The runtime itself allocates a little when it replaces code that runs often, so of three hundreds of steps one is enough.
            long begun = 0, least = long.MaxValue;
            var options = new SgdOptions { BatchSize = 2, Steps = (3 * Steps) + 1, LearningRate = 1e-4f, Momentum = 0.5f, ClipNorm = 1 };
            options.Progress = p =>
            {
                if (p.Step % Steps == 1)
                {
                    long now = GC.GetAllocatedBytesForCurrentThread();
                    least = p.Step == 1 ? least : Math.Min(least, now - begun);
                    begun = GC.GetAllocatedBytesForCurrentThread();
                }
            };
            network.Train(network.Initialize(1), Examples(network, 2), options, engine: engine);
            Assert.Equal(0, least);
        }
    }

    /// <summary>The memory of an eager framework, as the literature counts it, and the least that a plan saves of it at batch 32.</summary>
    [Theory]
    [InlineData("resnet8", 26.1)]
    [InlineData("resnet20", 53.2)]
    [InlineData("dscnn", 19.2)]
    [InlineData("mobilenetv1-0.25", 69.6)]
    [InlineData("mobilenetv2-0.35-128", 267)]
    public void Planning_saves_more_than_nine_tenths_of_an_eager_frameworks_memory(string name, double eagerMegabytes)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        var options = new SgdOptions { BatchSize = 32 };
        var engine = new EngineOptions { MicroBatchSize = 1 };
        TrainingPlan everything = network.Plan(network.Trainable, options, engine), third = network.Plan(LastThird(network), options, engine);
        Assert.InRange(everything.EagerBytes / 1e6, 0.9 * eagerMegabytes, 1.1 * eagerMegabytes);
        Assert.InRange(everything.PeakBytes, 0, everything.EagerBytes / 10);
        Assert.InRange(third.PeakBytes, 0, third.EagerBytes / 20);
        Assert.True(third.Selection.Count >= network.Trainable.Count / 3);
    }

    private static ParameterSelection LastThird(Network network)
    {
        var ranges = new List<ParameterRange>();
        foreach (ParameterBlock block in network.Layout.Blocks.Reverse().Where(b => network.Trainable.Contains(b.Range.Start)))
        {
            if (ranges.Sum(r => (long)r.Length) * 3 < network.Trainable.Count)
            {
                ranges.Add(block.Range);
            }
        }

        return ParameterSelection.Create(network.Layout.ParameterCount, ranges);
    }

    /// <summary>Whole blocks, parts of the input channels and scattered coordinates; with and without micro-batches and streaming.</summary>
    private static (ParameterSelection Selection, EngineOptions Engine) Draw(Network network, int number)
    {
        ulong seed = SplitMix64.At(77, (ulong)number);
        var ranges = new List<ParameterRange>();
        foreach (Operation operation in network.Operations)
        {
            OperationChoice[] choices = [.. operation.Choices([0.25, 0.5, 1])];
            ulong draw = SplitMix64.At(seed, (ulong)operation.Step);
            if (choices.Length > 0 && draw % 3 == 0)
            {
                ranges.AddRange(choices[(int)(draw / 3 % (ulong)choices.Length)].Ranges);
            }
        }

        if (number % 5 == 4)
        {
            ranges.Add(new ParameterRange((int)(seed % (ulong)network.Layout.ParameterCount), 1));
        }

        var engine = new EngineOptions { MicroBatchSize = number % 2 == 0 ? 1 : null, PrefixExamples = number % 3 == 0 ? null : 1 };
        return (ParameterSelection.Create(network.Layout.ParameterCount, ranges), engine);
    }

    private static IExampleSource Examples(Network network, int count)
    {
        ArrayExamples inputs = TestData.Examples(count, network.InputLength, Math.Max(2, network.ClassCount), 1);
        return network.ClassCount > 0 ? inputs : new ReconstructionExamples(inputs);
    }

    private static unsafe void Train(TrainingSession session, float[] parameters, ParameterSelection selection, IExampleSource examples, SgdOptions options)
    {
        float[] trained = new float[Math.Max(1, selection.Count)];
        selection.Gather(parameters, trained);
        fixed (float* vector = parameters, values = trained)
        {
            using var frozen = new BorrowedVector(vector, parameters.Length);
            session.Pass.Bind(frozen, values);
            Sgd.Run(session, examples, options, seed: 1, CancellationToken.None);
        }
    }

    private static void Watch(TrainingSession session)
    {
        const byte Canary = 0xC5;
        PlannedTensor[] tensors = [.. session.Plan.Tensors.OrderBy(t => t.Offset)];
        session.Watcher = (moment, run) =>
        {
            var free = new List<(int Start, int Length)>();
            long at = 0;
            foreach (PlannedTensor tensor in tensors.Where(t => t.FirstMoment <= moment && moment <= t.LastMoment))
            {
                if (tensor.Offset > at)
                {
                    free.Add(((int)at, (int)(tensor.Offset - at)));
                }

                at = Math.Max(at, tensor.Offset + tensor.Bytes);
            }

            free.Add(((int)at, (int)(session.Plan.ArenaBytes - at)));
            foreach ((int start, int length) in free)
            {
                session.Arena.Everything().Slice(start, length).Fill(Canary);
            }

            run();
            foreach ((int start, int length) in free)
            {
                Assert.Equal(-1, session.Arena.Everything().Slice(start, length).IndexOfAnyExcept(Canary));
            }
        };
    }
}
