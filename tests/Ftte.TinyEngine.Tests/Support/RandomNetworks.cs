using CsCheck;
using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

/// <summary>Random chains and branched convolutional networks, settings and choices of what to train.</summary>
internal static class RandomNetworks
{
    public static readonly double[] Shares = [0.125, 0.5, 1];

    /// <summary>Chains of one to six linear layers of very different widths, with and without ReLUs, even in front and doubled.</summary>
    public static readonly Gen<Network> Chain =
        from inputs in Gen.Int[1, 70]
        from front in Gen.Bool
        from layers in Gen.Select(Gen.OneOf(Gen.Int[2, 9], Gen.Int[2, 90], Gen.Const(300)), Gen.Int[0, 2]).Array[1, 6]
        select BuildChain(inputs, front, layers);

    /// <summary>Images through a random row of layers and branches.</summary>
    public static readonly Gen<Network> Image =
        from side in Gen.Int[4, 10]
        from channels in Gen.Int[1, 5]
        from layers in Gen.Select(Gen.Int[0, 13], Gen.Int[1, 9]).Array[1, 8]
        select BuildImage(side, channels, layers);

    public static readonly Gen<Network> Network = Gen.OneOf(Chain, Image);

    public static readonly Gen<int> BatchSize = Gen.OneOf(Gen.Const(1), Gen.Int[2, 40]);

    public static readonly Gen<EngineOptions> Engine =
        from micro in Gen.Int[0, 5]
        from prefix in Gen.Int[0, 3]
        from threads in Gen.Int[1, 2]
        select new EngineOptions { MicroBatchSize = micro == 0 ? null : micro, PrefixExamples = prefix == 0 ? null : prefix, Threads = threads };

    /// <summary>A choice for each step of a profile, often none.</summary>
    public static Gen<int[]> Choices(TrainingProfile profile) =>
        Gen.Int[-2, 100].Array[profile.Steps.Length].Select(draws =>
            draws.Select((d, t) => profile.Steps[t].Choices.Length == 0 ? -1 : d < 30 ? -1 : d % profile.Steps[t].Choices.Length).ToArray());

    public static ParameterSelection Select(TrainingProfile profile, int[] choices) =>
        ParameterSelection.Create(
            profile.Layout.ParameterCount,
            choices.SelectMany((c, t) => c < 0 ? [] : profile.Steps[t].Choices[c].Ranges.AsEnumerable()));

    private static Network BuildChain(int inputs, bool front, (int Outputs, int Relus)[] layers)
    {
        NetworkBuilder builder = TinyEngine.Network.Build(inputs);
        if (front)
        {
            builder.Relu();
        }

        for (int l = 0; l < layers.Length; l++)
        {
            builder.Linear($"fc{l}", layers[l].Outputs);
            for (int r = 0; r < layers[l].Relus; r++)
            {
                builder.Relu();
            }
        }

        return builder.SoftmaxCrossEntropy();
    }

    private static Network BuildImage(int side, int channels, (int Kind, int Filters)[] layers)
    {
        NetworkBuilder b = TinyEngine.Network.Build(side, side, channels);
        for (int l = 0; l < layers.Length; l++)
        {
            (int kind, int filters) = layers[l];
            string name = $"l{l}";
            _ = kind switch
            {
                0 => b.Conv(name, filters, kernel: 3, padding: 1),
                1 => b.Conv(name, filters, kernel: 3, stride: 2, padding: 1, bias: false),
                2 => b.Conv(name, filters, kernel: 1),
                3 => b.DepthwiseConv(name, kernel: 3, padding: 1),
                4 => b.BatchNorm(name),
                5 => b.GroupNorm(name, 1),
                6 => b.Relu(name),
                7 => b.HardSwish(name),
                8 => b.Tanh(name),
                9 when b.Shape.Height > 1 => b.MaxPool(2, name: name),
                10 => b.Dropout(0.5f, name),
                11 => b.Add(name, x => x, x => x.Conv($"{name}.a", x.Shape.Channels, kernel: 3, padding: 1).Relu()),
                12 => b.Add(name, x => x.Conv($"{name}.a", filters, kernel: 1).BatchNorm($"{name}.bn"), x => x.Conv($"{name}.b", filters, kernel: 1)).Relu(),
                13 => b.Concat(name, x => x, x => x.Conv($"{name}.a", filters, kernel: 3, padding: 1).LeakyRelu()),
                _ => b.Relu6(name),
            };
        }

        return b.GlobalAveragePool("pool").Linear("fc", 3).SoftmaxCrossEntropy();
    }
}
