using System.Buffers;
using Ftte.Aggregation;
using Ftte.Numerics;
using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Ftte.VectorWidthProbe;

/// <summary>A piece of work whose result must have the same bits at every vector width.</summary>
/// <remarks>A new kernel gets a workload here: one method, and one line in <see cref="All"/>. The tests find it by themselves.</remarks>
public sealed record Workload(string Name, Action<Hash> Body)
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, 4095, 4096, 4097, 10000];

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("moments", Moments),
        new("fixed-point folds", Folds),
        new("scaled additions", ScaledAdditions),
        new("versions by SGD", hash => Versions(hash, new() { Capacity = 4 })),
        new("versions by Adam", hash => Versions(hash, new() { Capacity = 4, Optimizer = ServerOptimizer.Adam() })),
        new("versions by median", hash => Versions(hash, new() { Capacity = 4, Reduction = Reduction.Median(), NormClip = 1, Weighting = new AlignmentWeighting() })),
        new("messages", Messages),
        new("training", Training),
        new("training of large linear layers", LargeLayers),
        new("training of convolutions", hash => Images(hash, NormalizationMode.Frozen)),
        new("training with batch statistics", hash => Images(hash, NormalizationMode.Batch)),
        new("predictions", Predictions),
    ];

    /// <summary>Runs it.</summary>
    /// <returns>Its name and the hash of its result.</returns>
    public string Run()
    {
        var hash = new Hash();
        Body(hash);
        return $"{Name}: {hash}";
    }

    private static void Moments(Hash hash)
    {
        foreach (int length in Lengths)
        {
            var moments = UpdateMoments.Measure(Values(length));
            hash.Add(moments.Sum, moments.SumOfSquares, moments.Variance);
        }
    }

    private static void Folds(Hash hash)
    {
        foreach (int length in Lengths)
        {
            var sums = new long[length];
            FixedPointKernel.Fold(Values(length), 0.7f, sums, maxProduct: 1000);
            FixedPointKernel.Fold(Values(length), 1.3f, sums, maxProduct: FixedPointKernel.FastLimit);
            hash.Add<long>(sums);
        }
    }

    private static void ScaledAdditions(Hash hash)
    {
        foreach (int length in Lengths.Where(length => length > 0))
        {
            float[] dense = Values(length);
            GrowingRuns(length, first: 0).AddScaled(Values(length + 1), 0.3f, dense);
            hash.Add<float>(dense);
        }
    }

    /// <summary>Five buffers of old and fresh, usual and noisy updates of two sparse selections.</summary>
    private static void Versions(Hash hash, BufferedAggregatorOptions options)
    {
        const int Length = 3001;
        var layout = ParameterLayout.Create(("model", [Length]));
        ParameterSelection[] announced = [GrowingRuns(Length, first: 5), GrowingRuns(Length, first: 40)];
        var selections = new SelectionHistory(announced[0]);
        selections.Announce(announced[1]);
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, new ModelVersion(9), Values(Length)), selections, options);
        for (int i = 0; i < 5 * options.Capacity; i++)
        {
            int which = i % 3 == 0 ? 0 : 1;
            float[] values = [.. Values(announced[which].Count + i).Skip(i).Select(v => v / (1 + (i % 4)))];
            var header = new UpdateHeader(
                new ClientId($"device-{i}"), new UpdateId((ulong)i), layout.Fingerprint, new ModelVersion(9 - (i % 5)), new SelectionVersion(which), 10 + i);
            using var update = SparseUpdate.Create(header, values);
            UpdateReceipt receipt = aggregator.AggregateAsync(update).AsTask().GetAwaiter().GetResult();
            if (!receipt.IsAccepted)
            {
                throw new InvalidOperationException($"Update {i} was not folded in: {receipt.Outcome}.");
            }

            hash.Add(receipt.Weight);
        }

        hash.Add(aggregator.Current.Version.Number);
        hash.Add(aggregator.Current.Parameters.Span);
    }

    private static void Messages(Hash hash)
    {
        foreach (ValueFormat format in Enum.GetValues<ValueFormat>())
        {
            foreach (int length in Lengths)
            {
                using var update = SparseUpdate.Create(new UpdateHeader(new ClientId("device"), default, 1, default, default, 1), Values(length));
                var writer = new ArrayBufferWriter<byte>();
                UpdateMessage.Write(writer, update, format, seed: 3);
                using SparseUpdate read = UpdateMessage.Read(writer.WrittenSpan);
                hash.Add(writer.WrittenSpan);
                hash.Add(read.Values.Span);
            }
        }
    }

    private static void Training(Hash hash)
    {
        const int Inputs = 70, Count = 45;
        Network network = Network.Build(Inputs).Linear("hidden", 33).Relu().Linear("last", 5).SoftmaxCrossEntropy();
        var examples = new ArrayExamples(Values(Inputs * Count), Enumerable.Range(0, Count).Select(i => i % 5).ToArray(), Inputs);
        foreach (ParameterSelection selection in new[] { ParameterSelection.Full(network.Layout), ParameterSelection.OfBlocks(network.Layout, "hidden.bias", "last.weight") })
        {
            float[] parameters = network.Initialize(1);
            network.Train(parameters, examples, new SgdOptions { BatchSize = 16, Epochs = 2, LearningRate = 0.01f, Seed = 5 }, selection);
            hash.Add<float>(parameters);
            hash.Add(network.Evaluate(parameters, examples).Loss);
        }
    }

    /// <summary>Linear layers with weights that are read in blocks, for one and for several examples at once.</summary>
    private static void LargeLayers(Hash hash)
    {
        const int Inputs = 333, Count = 16;
        Network network = Network.Build(Inputs).Linear("first", 170).Relu().Linear("second", 310).Relu().Linear("last", 5).SoftmaxCrossEntropy();
        var examples = new ArrayExamples(Values(Inputs * Count), Enumerable.Range(0, Count).Select(i => i % 5).ToArray(), Inputs);
        foreach (int batch in (int[])[1, 7, 16])
        {
            foreach (float? clip in (float?[])[null, 0.5f])
            {
                float[] parameters = network.Initialize(1);
                network.Train(parameters, examples, new SgdOptions { BatchSize = batch, Steps = 5, LearningRate = 0.01f, ClipRatio = clip, Seed = 5 });
                hash.Add<float>(parameters);
            }
        }
    }

    /// <summary>Every operation of the engine, at channel counts that leave every kind of remainder.</summary>
    private static void Images(Hash hash, NormalizationMode normalization)
    {
        Network network = ImageNetwork();
        const int Count = 24;
        var examples = new ArrayExamples(Values(network.InputLength * Count), Enumerable.Range(0, Count).Select(i => i % 5).ToArray(), network.InputLength);
        var options = new SgdOptions { BatchSize = 8, Epochs = 2, LearningRate = 0.01f, Momentum = 0.9f, WeightDecay = 0.001f, ClipNorm = 3, Seed = 5, Normalization = normalization };
        foreach (ParameterSelection? selection in (ParameterSelection?[])[null, ParameterSelection.OfBlocks(network.Layout, "c3.weight", "d1.bias", "fc.weight")])
        {
            float[] parameters = network.Initialize(1);
            network.Train(parameters, examples, options, selection);
            hash.Add<float>(parameters);
            hash.Add(network.Evaluate(parameters, examples).Loss);
        }
    }

    /// <summary>Predictions of a network that is stored in every format, with the embedding.</summary>
    private static void Predictions(Hash hash)
    {
        const int Count = 7;
        Network network = ImageNetwork();
        float[] inputs = Values(network.InputLength * Count), parameters = network.Initialize(1);
        foreach (FrozenFormat format in Enum.GetValues<FrozenFormat>())
        {
            using var frozen = FrozenParameters.Compress(network, parameters, format);
            using Predictor predictor = network.CreateFrozenPredictor(frozen, new PredictorOptions { BatchSize = 3, EmbeddingLayer = "fc.relu" });
            int[] classes = new int[Count];
            float[] probabilities = new float[Count * predictor.ProbabilityLength], embeddings = new float[Count * predictor.EmbeddingLength];
            predictor.Predict(inputs, new PredictionBuffers { Classes = classes, Probabilities = probabilities, Embeddings = embeddings });
            hash.Add<int>(classes);
            hash.Add<float>(probabilities);
            hash.Add<float>(embeddings);
        }
    }

    private static Network ImageNetwork() => Network.Build(11, 9, 3)
        .Conv("c1", 19, kernel: 3, padding: 1, bias: false).BatchNorm("bn1").Relu()
        .Add("add", x => x, x => x.Conv("c2", 19, kernel: 3, padding: 1).GroupNorm("gn", 19).HardSwish())
        .DepthwiseConv("d1", kernel: 3, stride: 2, padding: 1).Relu6().Conv("c3", 37, kernel: 1).LeakyRelu()
        .Concat("cat", x => x.Conv("c4", 24, kernel: 3, stride: 2, padding: 1).Sigmoid(), x => x.Conv("c5", 9, kernel: 1, stride: 2).Tanh())
        .MaxPool(2).Conv("c6", 12, kernel: 1, groups: 3).AveragePool(1).Dropout(0.2f)
        .Flatten().Linear("fc", 21).Relu().Linear("last", 5).SoftmaxCrossEntropy();

    /// <summary>Runs of 1, 2, 3, ... coordinates, as many coordinates apart, so that kernels see every alignment and remainder.</summary>
    private static ParameterSelection GrowingRuns(int length, int first)
    {
        var ranges = new List<ParameterRange>();
        for (int start = Math.Min(first, length - 1), run = 1; start < length; start += 3 * run, run++)
        {
            ranges.Add(new ParameterRange(start, Math.Min(run, length - start)));
        }

        return ParameterSelection.Create(length, ranges);
    }

    private static float[] Values(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(i => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, -(i % 20)))];
    }
}
