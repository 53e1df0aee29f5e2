namespace Ftte.TinyEngine.Tests.Reference;

/// <summary>Small networks that between them have every operation, alone and after each other, in chains and in branches.</summary>
internal static class TestNetworks
{
    public static IReadOnlyDictionary<string, Func<Network>> All { get; } = new Dictionary<string, Func<Network>>
    {
        ["linear"] = () => Network.Build(9).Linear("fc1", 21).Relu().Linear("fc2", 18, bias: false).Relu().Linear("fc3", 4).SoftmaxCrossEntropy(),
        ["conv"] = () => Network.Build(6, 5, 3).Conv("c1", 5, kernel: 3, padding: 1).Relu().Conv("c2", 4, kernel: 3, stride: 2, padding: 1).Relu()
            .Flatten().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["rectangular"] = () => Network.Build(9, 6, 2).Conv("c1", 4, kernel: (4, 3), stride: (2, 1), padding: (2, 1), bias: false).Relu()
            .GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["groups"] = () => Network.Build(5, 5, 4).Conv("c1", 6, kernel: 3, padding: 1, groups: 2).LeakyRelu(0.1f).Conv("c2", 4, kernel: 1, groups: 2)
            .GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["depthwise"] = () => Network.Build(6, 6, 3).DepthwiseConv("d1", kernel: 3, padding: 1).Relu6().Conv("c1", 5, kernel: 1).Relu6()
            .DepthwiseConv("d2", kernel: 3, stride: 2, padding: 1, bias: false).GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["sequence"] = () => Network.Build(1, 12, 2).Conv1D("c1", 4, kernel: 3, padding: 1).Tanh().Conv1D("c2", 3, kernel: 4, stride: 2)
            .Flatten().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["norm"] = () => Network.Build(5, 4, 2).Conv("c1", 4, kernel: 3, padding: 1, bias: false).BatchNorm("bn1").Relu()
            .Conv("c2", 3, kernel: 3, padding: 1, bias: false).BatchNorm("bn2").Relu6().GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["group norm"] = () => Network.Build(4, 4, 2).Conv("c1", 6, kernel: 3, padding: 1, bias: false).GroupNorm("gn1", 3).Relu()
            .Conv("c2", 4, kernel: 3, padding: 1).GroupNorm("gn2", 1).HardSwish().GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["smooth"] = () => Network.Build(7).Linear("fc1", 6).HardSwish().Linear("fc2", 5).Sigmoid().Linear("fc3", 4).Tanh().Linear("fc4", 3).SoftmaxCrossEntropy(),
        ["pools"] = () => Network.Build(8, 8, 2).Conv("c1", 3, kernel: 3, padding: 1).MaxPool(2).Conv("c2", 4, kernel: 3, padding: 1)
            .AveragePool(3, stride: 1, padding: 1).MaxPool(3, stride: 2, padding: 1).Flatten().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["residual"] = () => Network.Build(6, 6, 2).Conv("c0", 4, kernel: 3, padding: 1, bias: false).BatchNorm("bn0").Relu()
            .Add("add1", b => b.Conv("c1", 4, kernel: 3, padding: 1, bias: false).BatchNorm("bn1").Relu().Conv("c2", 4, kernel: 3, padding: 1, bias: false).BatchNorm("bn2"), s => s).Relu()
            .Add("add2", b => b.Conv("c3", 5, kernel: 3, stride: 2, padding: 1).Relu().Conv("c4", 5, kernel: 3, padding: 1), s => s.Conv("c5", 5, kernel: 1, stride: 2)).Relu()
            .GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["inverted"] = () => Network.Build(5, 5, 3).Conv("c0", 4, kernel: 3, padding: 1)
            .Add("add", s => s, b => b.Conv("e", 8, kernel: 1, bias: false).BatchNorm("bn1").Relu6().DepthwiseConv("d", kernel: 3, padding: 1, bias: false).BatchNorm("bn2").Relu6()
                .Conv("p", 4, kernel: 1, bias: false).BatchNorm("bn3"))
            .GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["concat"] = () => Network.Build(6, 6, 2).Conv("c0", 3, kernel: 3, padding: 1).Relu()
            .Concat("cat", a => a.Conv("c1", 2, kernel: 1).Relu(), b => b.Conv("c2", 4, kernel: 3, padding: 1).Sigmoid(), c => c)
            .Add("sum", a => a.Conv("c3", 3, kernel: 3), b => b.Conv("c4", 3, kernel: 3).Tanh(), c => c.Conv("c5", 3, kernel: 3).LeakyRelu())
            .Flatten().Linear("fc", 3).SoftmaxCrossEntropy(),
        ["binary"] = () => Network.Build(6).Linear("fc1", 5).Relu().Linear("fc2", 1).BinaryCrossEntropy(),
        ["many binary"] = () => Network.Build(6).Linear("fc1", 5).Relu().Linear("fc2", 6).BinaryCrossEntropy(),
        ["autoencoder"] = () => Network.Build(6).Linear("fc1", 4, bias: false).BatchNorm("bn").Relu().Linear("fc2", 6).MeanSquaredError(),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Examples that fit a network: values in [-1, 1), and targets in [0, 1) where a loss takes vectors.</summary>
    public static IExampleSource Examples(Network network, int count, ulong seed)
    {
        ArrayExamples inputs = TestData.Examples(count, network.InputLength, Math.Max(2, network.ClassCount), seed);
        return network.ClassCount > 0 ? inputs : new Targets(inputs, network.OutputLength);
    }

    /// <summary>Parameters of which none is 0 and no variance is negative, so that a mistake shows.</summary>
    public static float[] Parameters(Network network, ulong seed)
    {
        float[] noise = TestData.Values(network.Layout.ParameterCount, seed + 1);
        float[] parameters = network.Initialize(seed);
        for (int j = 0; j < parameters.Length; j++)
        {
            parameters[j] += 0.2f * noise[j];
        }

        return parameters;
    }

    private sealed class Targets(ArrayExamples inputs, int length) : ITargetSource
    {
        public int Count => inputs.Count;

        public int InputLength => inputs.InputLength;

        public int TargetLength => length;

        public int CopyTo(int index, Span<float> input) => inputs.CopyTo(index, input);

        public void CopyTargetTo(int index, ulong draw, Span<float> target)
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = SplitMix64.UniformAt((ulong)index, (ulong)i);
            }
        }
    }
}
