using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Reference;

/// <summary>The readable twin: runs any network forward in float64 with plain loops, and differentiates it by differences of the loss.</summary>
internal static class ReferenceNetwork
{
    /// <summary>The mean loss over examples.</summary>
    public static double Loss(Network network, double[] w, IExampleSource examples, bool usesBatchStatistics = false)
    {
        double[][] outputs = Run(network, w, examples, usesBatchStatistics, out int[] labels, out double[][] targets);
        double sum = 0;
        for (int n = 0; n < outputs.Length; n++)
        {
            sum += Loss(network.Loss, outputs[n], labels[n], targets[n]);
        }

        return sum / outputs.Length;
    }

    /// <summary>The gradient by central differences of the loss; 0 for running statistics.</summary>
    public static double[] FiniteDifferences(Network network, double[] w, IExampleSource examples, bool usesBatchStatistics = false)
    {
        const double Step = 1e-6;
        double[] gradient = new double[w.Length];
        for (int j = 0; j < w.Length; j++)
        {
            if (!network.Trainable.Contains(j))
            {
                continue;
            }

            double old = w[j];
            w[j] = old + Step;
            double above = Loss(network, w, examples, usesBatchStatistics);
            w[j] = old - Step;
            double below = Loss(network, w, examples, usesBatchStatistics);
            w[j] = old;
            gradient[j] = (above - below) / (2 * Step);
        }

        return gradient;
    }

    /// <summary>What the last layer makes of each example.</summary>
    public static double[][] Run(
        Network network, double[] w, IExampleSource examples, bool usesBatchStatistics, out int[] labels, out double[][] targets)
    {
        int count = examples.Count;
        double[][][] values = [.. network.Values.Select(_ => new double[count][])];
        labels = new int[count];
        targets = new double[count][];
        for (int n = 0; n < count; n++)
        {
            float[] input = new float[network.InputLength];
            labels[n] = examples.CopyTo(n, input);
            values[0][n] = [.. input.Select(v => (double)v)];
            if (examples is ITargetSource source)
            {
                float[] target = new float[source.TargetLength];
                source.CopyTargetTo(n, 0, target);
                targets[n] = [.. target.Select(v => (double)v)];
            }
        }

        foreach (Operation operation in network.Operations.Where(o => o is not LossOperation))
        {
            if (operation is BatchNorm norm && usesBatchStatistics)
            {
                Standardize(norm, w, values[norm.Input.Index], values[norm.Output.Index]);
                continue;
            }

            for (int n = 0; n < count; n++)
            {
                values[operation.Output.Index][n] = Forward(operation, w, [.. operation.Inputs.Select(i => values[i.Index][n])]);
            }
        }

        return values[network.Loss.Input.Index];
    }

    private static double[] Forward(Operation operation, double[] w, double[][] x) => operation switch
    {
        Convolution c => Convolve(c.Shape, Block(c, w, 0), c.Parameters.Length > 1 ? Block(c, w, 1) : new double[c.Shape.Filters], x[0]),
        DepthwiseConvolution d => Convolve(d.Shape, Block(d, w, 0), d.Parameters.Length > 1 ? Block(d, w, 1) : new double[d.Shape.Filters], x[0]),
        BatchNorm b => Affine(x[0], b.Channels, c => 1 / Math.Sqrt(Block(b, w, 3)[c] + b.Epsilon), c => Block(b, w, 2)[c], Block(b, w, 0), Block(b, w, 1)),
        GroupNorm g => Group(g, w, x[0]),
        MaskedActivation m => [.. x[0].Select(v => m.Kind switch
        {
            MaskedActivationKind.Relu => Math.Max(0, v),
            MaskedActivationKind.Relu6 => Math.Clamp(v, 0, 6),
            _ => v > 0 ? v : m.Slope * v,
        })],
        SmoothActivation s => [.. x[0].Select(v => s.Kind switch
        {
            SmoothActivationKind.Sigmoid => 1 / (1 + Math.Exp(-v)),
            SmoothActivationKind.Tanh => Math.Tanh(v),
            _ => v * Math.Clamp(v + 3, 0, 6) / 6,
        })],
        MaxPooling p => Pool(p.Shape, x[0], isMaximum: true),
        AveragePooling p => Pool(p.Shape, x[0], isMaximum: false),
        GlobalPooling p => [.. Enumerable.Range(0, p.Output.Shape.Channels).Select(c => Enumerable.Range(0, p.Pixels).Average(i => x[0][(i * p.Output.Shape.Channels) + c]))],
        Add => [.. x[0].Select((_, i) => x.Sum(v => v[i]))],
        Concat c => [.. Enumerable.Range(0, c.Output.Shape.Pixels).SelectMany(p => c.Inputs.SelectMany((v, i) => x[i].Skip(p * v.Shape.Channels).Take(v.Shape.Channels)))],
        Dropout => x[0],
        _ => throw new NotSupportedException(operation.GetType().Name),
    };

    private static double[] Block(Operation operation, double[] w, int block) =>
        w[operation.Parameters[block].Range.Start..operation.Parameters[block].Range.End];

    private static double[] Convolve(ConvolutionShape s, double[] w, double[] bias, double[] x)
    {
        double[] y = new double[s.OutputValues];
        for (int row = 0; row < s.OutputHeight; row++)
        {
            for (int column = 0; column < s.OutputWidth; column++)
            {
                for (int f = 0; f < s.Filters; f++)
                {
                    double sum = bias[f];
                    for (int i = 0; i < s.KernelHeight; i++)
                    {
                        for (int j = 0; j < s.KernelWidth; j++)
                        {
                            int inRow = (row * s.StrideY) + i - s.PaddingY, inColumn = (column * s.StrideX) + j - s.PaddingX;
                            if (inRow < 0 || inRow >= s.Height || inColumn < 0 || inColumn >= s.Width)
                            {
                                continue;
                            }

                            for (int c = 0; c < s.GroupChannels; c++)
                            {
                                int channel = (f / s.GroupFilters * s.GroupChannels) + c;
                                sum += x[(((inRow * s.Width) + inColumn) * s.Channels) + channel]
                                    * w[((((i * s.KernelWidth) + j) * s.GroupChannels) + c) * s.Filters + f];
                            }
                        }
                    }

                    y[(((row * s.OutputWidth) + column) * s.Filters) + f] = sum;
                }
            }
        }

        return y;
    }

    private static double[] Affine(double[] x, int channels, Func<int, double> inverse, Func<int, double> mean, double[] scale, double[] shift) =>
        [.. x.Select((v, i) => ((v - mean(i % channels)) * inverse(i % channels) * scale[i % channels]) + shift[i % channels])];

    private static double[] Group(GroupNorm op, double[] w, double[] x)
    {
        int size = op.Channels / op.Groups;
        double[] mean = new double[op.Groups], inverse = new double[op.Groups];
        for (int g = 0; g < op.Groups; g++)
        {
            double[] values = [.. x.Where((_, i) => i % op.Channels / size == g)];
            mean[g] = values.Average();
            inverse[g] = 1 / Math.Sqrt(values.Average(v => (v - mean[g]) * (v - mean[g])) + op.Epsilon);
        }

        return Affine(x, op.Channels, c => inverse[c / size], c => mean[c / size], Block(op, w, 0), Block(op, w, 1));
    }

    private static void Standardize(BatchNorm op, double[] w, double[][] x, double[][] y)
    {
        double[] mean = new double[op.Channels], inverse = new double[op.Channels];
        for (int c = 0; c < op.Channels; c++)
        {
            double[] values = [.. x.SelectMany(v => v.Where((_, i) => i % op.Channels == c))];
            mean[c] = values.Average();
            inverse[c] = 1 / Math.Sqrt(values.Average(v => (v - mean[c]) * (v - mean[c])) + op.Epsilon);
        }

        for (int n = 0; n < x.Length; n++)
        {
            y[n] = Affine(x[n], op.Channels, c => inverse[c], c => mean[c], Block(op, w, 0), Block(op, w, 1));
        }
    }

    private static double[] Pool(PoolingShape s, double[] x, bool isMaximum)
    {
        double[] y = new double[s.OutputHeight * s.OutputWidth * s.Channels];
        for (int i = 0; i < y.Length; i++)
        {
            int c = i % s.Channels, column = i / s.Channels % s.OutputWidth, row = i / s.Channels / s.OutputWidth;
            var window = new List<double>();
            for (int k = 0; k < s.KernelHeight * s.KernelWidth; k++)
            {
                int inRow = (row * s.StrideY) + (k / s.KernelWidth) - s.PaddingY, inColumn = (column * s.StrideX) + (k % s.KernelWidth) - s.PaddingX;
                bool isInside = inRow >= 0 && inRow < s.Height && inColumn >= 0 && inColumn < s.Width;
                if (isInside || !isMaximum)
                {
                    window.Add(isInside ? x[(((inRow * s.Width) + inColumn) * s.Channels) + c] : 0);
                }
            }

            y[i] = isMaximum ? window.Max() : window.Average();
        }

        return y;
    }

    private static double Loss(LossOperation loss, double[] x, int label, double[]? target) => loss.Kind switch
    {
        LossKind.SoftmaxCrossEntropy => Math.Log(x.Sum(v => Math.Exp(v - x.Max()))) + x.Max() - x[label],
        LossKind.BinaryCrossEntropy => x.Select((v, i) => Math.Max(v, 0) - (v * (target?[i] ?? label)) + Math.Log(1 + Math.Exp(-Math.Abs(v)))).Average(),
        _ => x.Select((v, i) => (v - target![i]) * (v - target[i])).Average(),
    };
}
