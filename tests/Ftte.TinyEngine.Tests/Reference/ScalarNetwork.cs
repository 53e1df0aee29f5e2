namespace Ftte.TinyEngine.Tests.Reference;

/// <summary>The readable twin: a chain of linear layers with a ReLU between them, softmax cross-entropy, plain loops in float64.</summary>
internal sealed class ScalarNetwork(params int[] widths)
{
    public int ParameterCount => Enumerable.Range(1, widths.Length - 1).Sum(l => (widths[l - 1] + 1) * widths[l]);

    public static Network Build(int[] widths)
    {
        NetworkBuilder builder = Network.Build(widths[0]);
        for (int l = 1; l < widths.Length; l++)
        {
            builder.Linear($"fc{l}", widths[l]);
            if (l < widths.Length - 1)
            {
                builder.Relu();
            }
        }

        return builder.SoftmaxCrossEntropy();
    }

    /// <summary>The mean loss and its gradient, by backpropagation through everything.</summary>
    public (double Loss, double[] Gradient) Differentiate(double[] w, float[][] inputs, int[] labels)
    {
        double loss = 0;
        double[] gradient = new double[w.Length];
        for (int n = 0; n < inputs.Length; n++)
        {
            double[][] a = Forward(w, inputs[n]);
            double[] p = Softmax(a[^1]);
            loss -= Math.Log(p[labels[n]]) / inputs.Length;
            double[] dy = [.. p.Select((v, i) => (v - (i == labels[n] ? 1 : 0)) / inputs.Length)];
            for (int l = widths.Length - 1; l >= 1; l--)
            {
                (int weight, int bias) = Offsets(l);
                double[] dx = new double[widths[l - 1]];
                for (int o = 0; o < widths[l]; o++)
                {
                    gradient[bias + o] += dy[o];
                    for (int i = 0; i < widths[l - 1]; i++)
                    {
                        gradient[weight + (o * widths[l - 1]) + i] += dy[o] * a[l - 1][i];
                        dx[i] += dy[o] * w[weight + (o * widths[l - 1]) + i];
                    }
                }

                dy = [.. dx.Select((v, i) => a[l - 1][i] > 0 ? v : 0)];
            }
        }

        return (loss, gradient);
    }

    /// <summary>The gradient by central differences of the loss.</summary>
    public double[] FiniteDifferences(double[] w, float[][] inputs, int[] labels)
    {
        const double Step = 1e-6;
        double[] gradient = new double[w.Length];
        for (int j = 0; j < w.Length; j++)
        {
            double old = w[j];
            w[j] = old + Step;
            double above = Differentiate(w, inputs, labels).Loss;
            w[j] = old - Step;
            double below = Differentiate(w, inputs, labels).Loss;
            w[j] = old;
            gradient[j] = (above - below) / (2 * Step);
        }

        return gradient;
    }

    /// <summary>The activations of every layer, the input first, after the ReLU.</summary>
    private double[][] Forward(double[] w, float[] input)
    {
        double[][] a = new double[widths.Length][];
        a[0] = [.. input.Select(v => (double)v)];
        for (int l = 1; l < widths.Length; l++)
        {
            (int weight, int bias) = Offsets(l);
            a[l] = new double[widths[l]];
            for (int o = 0; o < widths[l]; o++)
            {
                double sum = w[bias + o];
                for (int i = 0; i < widths[l - 1]; i++)
                {
                    sum += w[weight + (o * widths[l - 1]) + i] * a[l - 1][i];
                }

                a[l][o] = l < widths.Length - 1 ? Math.Max(0, sum) : sum;
            }
        }

        return a;
    }

    private (int Weight, int Bias) Offsets(int layer)
    {
        int weight = 0;
        for (int l = 1; l < layer; l++)
        {
            weight += (widths[l - 1] + 1) * widths[l];
        }

        return (weight, weight + (widths[layer - 1] * widths[layer]));
    }

    private static double[] Softmax(double[] x)
    {
        double max = x.Max();
        double[] e = [.. x.Select(v => Math.Exp(v - max))];
        return [.. e.Select(v => v / e.Sum())];
    }
}
