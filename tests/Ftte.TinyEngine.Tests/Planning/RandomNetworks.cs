using CsCheck;

namespace Ftte.TinyEngine.Tests.Planning;

/// <summary>Random chains, batch sizes and choices of what to train.</summary>
internal static class RandomNetworks
{
    public static readonly double[] Shares = [0.125, 0.5, 1];

    /// <summary>Networks of one to six layers of very different widths, with and without ReLUs, even in front and doubled.</summary>
    public static readonly Gen<Network> Network =
        from inputs in Gen.Int[1, 70]
        from front in Gen.Bool
        from layers in Gen.Select(Gen.OneOf(Gen.Int[2, 9], Gen.Int[2, 90], Gen.Const(300)), Gen.Int[0, 2]).Array[1, 6]
        select Build(inputs, front, layers);

    public static readonly Gen<int> BatchSize = Gen.OneOf(Gen.Const(1), Gen.Int[2, 40]);

    /// <summary>A choice for each step of a profile, often none.</summary>
    public static Gen<int[]> Choices(TrainingProfile profile) =>
        Gen.Int[-2, 100].Array[profile.Steps.Length].Select(draws =>
            draws.Select((d, t) => profile.Steps[t].Choices.Length == 0 ? -1 : d < 30 ? -1 : d % profile.Steps[t].Choices.Length).ToArray());

    public static ParameterSelection Select(TrainingProfile profile, int[] choices) =>
        ParameterSelection.Create(
            profile.Layout.ParameterCount,
            choices.SelectMany((c, t) => c < 0 ? [] : profile.Steps[t].Choices[c].Ranges.AsEnumerable()));

    private static Network Build(int inputs, bool front, (int Outputs, int Relus)[] layers)
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
}
