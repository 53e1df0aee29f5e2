using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Kernels;

/// <summary>Kernels that work value by value or channel by channel, against plain formulas; the width probe compares their vectors with their twins.</summary>
public unsafe class ElementwiseKernelTests
{
    public static TheoryData<int> Kinds => [(int)MaskedActivationKind.Relu, (int)MaskedActivationKind.Relu6, (int)MaskedActivationKind.LeakyRelu];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_masked_activation_and_its_mask_are_those_of_the_twin(int kindNumber)
    {
        var kind = (MaskedActivationKind)kindNumber;
        foreach (int count in (int[])[1, 7, 8, 9, 16, 17, 31, 64, 65, 200])
        {
            using var memory = new GuardedMemory();
            float* x = memory.Random(count), y = memory.Guarded(count), twin = memory.Guarded(count), dy = memory.Random(count), dx = memory.Guarded(count), twinDx = memory.Guarded(count);
            for (int i = 0; i < count; i++)
            {
                x[i] *= 10;
            }

            ((float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 6]).AsSpan(0, Math.Min(6, count)).CopyTo(new Span<float>(x, count));
            byte* mask = (byte*)memory.Guarded((count / 32) + 1), twinMask = (byte*)memory.Guarded((count / 32) + 1);
            MaskedActivationKernel.Forward(kind, 0.1f, x, y, mask, 0, count);
            MaskedActivationKernel.ForwardScalar(kind, 0.1f, x, twin, twinMask, 0, count);
            MaskedActivationKernel.Backward(kind, 0.1f, mask, dy, dx, 0, count);
            MaskedActivationKernel.BackwardScalar(kind, 0.1f, twinMask, dy, twinDx, 0, count);
            Assert.Equal(new Span<float>(twin, count).ToArray(), new Span<float>(y, count).ToArray());
            Assert.Equal(new Span<float>(twinDx, count).ToArray(), new Span<float>(dx, count).ToArray());
            Assert.Equal(new Span<byte>(twinMask, (count + 7) / 8).ToArray(), new Span<byte>(mask, (count + 7) / 8).ToArray());
            memory.AssertGuards();
        }
    }

    [Fact]
    public void A_ReLU_keeps_NaN_so_that_divergence_shows()
    {
        float value = float.NaN;
        byte mask = 0;
        MaskedActivationKernel.Forward(MaskedActivationKind.Relu, 0, &value, &value, &mask, 0, 1);
        Assert.Equal(float.NaN, value);
        Assert.Equal(1, mask);
    }

    [Fact]
    public void Sigmoid_and_tanh_agree_with_the_platform_and_saturate()
    {
        for (double x = -40; x < 40; x += 0.0173)
        {
            float input = (float)x, sigmoid, tanh;
            SmoothActivationKernel.Forward(SmoothActivationKind.Sigmoid, &input, &sigmoid, 1);
            SmoothActivationKernel.Forward(SmoothActivationKind.Tanh, &input, &tanh, 1);
            Assert.Equal(1 / (1 + Math.Exp(-(double)input)), sigmoid, 3e-7);
            Assert.Equal(Math.Tanh(input), tanh, 6e-7);
        }

        float extreme = float.NegativeInfinity, result;
        SmoothActivationKernel.Forward(SmoothActivationKind.Tanh, &extreme, &result, 1);
        Assert.Equal(-1, result, 1e-6);
        extreme = float.NaN;
        SmoothActivationKernel.Forward(SmoothActivationKind.Sigmoid, &extreme, &result, 1);
        Assert.Equal(float.NaN, result);
    }

    [Fact]
    public void Batch_statistics_are_those_of_float64()
    {
        const int Pixels = 700, Channels = 19;
        using var memory = new GuardedMemory();
        float* x = memory.Random(Pixels * Channels), mean = memory.Guarded(Channels), inverse = memory.Guarded(Channels), variance = memory.Guarded(Channels);
        for (int i = 0; i < Pixels * Channels; i++)
        {
            x[i] += 100;
        }

        BatchNormKernel.Statistics(x, Pixels, Channels, mean, inverse, variance, 1e-5, 0, Channels);
        for (int c = 0; c < Channels; c++)
        {
            double[] values = [.. Enumerable.Range(0, Pixels).Select(p => (double)x[(p * Channels) + c])];
            double expected = values.Average(), spread = values.Average(v => (v - expected) * (v - expected));
            Assert.Equal(expected, mean[c], 3e-5); // a few roundings of float32 at 100, each 8e-6
            Assert.Equal(spread, variance[c], 1e-6);
            Assert.Equal(1 / Math.Sqrt(spread + 1e-5), inverse[c], 1e-5);
        }

        memory.AssertGuards();
    }

    [Fact]
    public void A_maximum_is_remembered_in_two_bits_or_a_byte()
    {
        var small = new PoolingShape(4, 6, 11, 2, 2, 2, 2, 0, 0);
        Assert.Equal(2 * 3 * 2 * 2, MaxPool.IndexBytes(small, 1)); // two rows of three pixels of two groups of eight channels in two bytes
        var large = small with { KernelHeight = 3, KernelWidth = 3, PaddingY = 1, PaddingX = 1 };
        Assert.Equal(2 * 3 * 11, MaxPool.IndexBytes(large, 1));
        foreach (PoolingShape shape in (PoolingShape[])[small, large, small with { StrideX = 1, StrideY = 1 }])
        {
            using var memory = new GuardedMemory();
            const int Examples = 2;
            float* x = memory.Random(Examples * shape.InputValues), y = memory.Guarded(Examples * shape.OutputValues);
            float* dy = memory.Random(Examples * shape.OutputValues), dx = memory.Guarded(Examples * shape.InputValues);
            byte* index = (byte*)memory.Guarded((int)(MaxPool.IndexBytes(shape, Examples) / 4) + 1);
            MaxPool.Forward(shape, x, y, index, 0, Examples * shape.OutputHeight);
            MaxPool.Backward(shape, dy, index, dx, add: false, 0, Examples);
            double[] expected = new double[Examples * shape.InputValues];
            for (int i = 0; i < Examples * shape.OutputValues; i++)
            {
                int c = i % shape.Channels, column = i / shape.Channels % shape.OutputWidth, row = i / shape.Channels / shape.OutputWidth % shape.OutputHeight;
                int best = -1;
                for (int k = 0; k < shape.KernelHeight * shape.KernelWidth; k++)
                {
                    int inRow = (row * shape.StrideY) + (k / shape.KernelWidth) - shape.PaddingY, inColumn = (column * shape.StrideX) + (k % shape.KernelWidth) - shape.PaddingX;
                    int at = (i / shape.OutputValues * shape.InputValues) + (((inRow * shape.Width) + inColumn) * shape.Channels) + c;
                    bool isInside = inRow >= 0 && inRow < shape.Height && inColumn >= 0 && inColumn < shape.Width;
                    best = isInside && (best < 0 || x[at] > x[best]) ? at : best;
                }

                Assert.Equal(x[best], y[i]);
                expected[best] += dy[i];
            }

            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], dx[i], 1e-6);
            }

            memory.AssertGuards();
        }
    }

    [Fact]
    public void NaN_is_the_maximum_of_any_window_it_is_in()
    {
        var shape = new PoolingShape(2, 2, 9, 2, 2, 2, 2, 0, 0);
        using var memory = new GuardedMemory();
        float* x = memory.Random(shape.InputValues), y = memory.Guarded(shape.OutputValues);
        x[0] = x[(3 * 9) + 8] = float.NaN;
        MaxPool.Forward(shape, x, y, null, 0, 1);
        Assert.Equal([float.NaN, float.NaN], (float[])[y[0], y[8]]);
        Assert.True(float.IsFinite(y[1]));
    }

    [Fact]
    public void Dropout_drops_the_share_and_keeps_the_mean_and_does_not_depend_on_where_it_starts()
    {
        const int Count = 40_000;
        using var memory = new GuardedMemory();
        float* whole = memory.Guarded(Count), parts = memory.Guarded(Count);
        new Span<float>(whole, Count).Fill(1);
        new Span<float>(parts, Count).Fill(1);
        DropoutKernel.Forward(whole, Count, seed: 9, 0, 0.3f);
        DropoutKernel.Forward(parts, 4_567, seed: 9, 0, 0.3f);
        DropoutKernel.Forward(parts + 4_567, Count - 4_567, seed: 9, 4_567, 0.3f);
        Assert.Equal(new Span<float>(whole, Count).ToArray(), new Span<float>(parts, Count).ToArray());
        Assert.Equal(0.3, (double)new Span<float>(whole, Count).Count(0f) / Count, 0.01);
        Assert.Equal(1, new Span<float>(whole, Count).ToArray().Average(), 0.02);
    }

    [Fact]
    public void A_step_with_momentum_and_decay_is_that_of_the_formula()
    {
        const int Count = 37;
        using var memory = new GuardedMemory();
        float* w = memory.Random(Count), g = memory.Random(Count), v = memory.Random(Count);
        float[] w0 = new Span<float>(w, Count).ToArray(), v0 = new Span<float>(v, Count).ToArray();
        SgdKernel.ApplyMomentum(w, g, v, Count, 0.1f, 0.01f, 0.9f);
        for (int i = 0; i < Count; i++)
        {
            double speed = (0.9 * v0[i]) + g[i] + (0.01 * w0[i]);
            Assert.Equal(speed, v[i], 1e-6);
            Assert.Equal(w0[i] - (0.1 * speed), w[i], 1e-6);
        }

        memory.AssertGuards();
    }
}
