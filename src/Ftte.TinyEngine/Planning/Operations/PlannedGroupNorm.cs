using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents group normalization bound to its tensors.</summary>
internal sealed unsafe class PlannedGroupNorm : PlannedOperation
{
    private readonly GroupNorm _op;
    private readonly int _pixels;
    private readonly PlannedVector _scale;
    private readonly PlannedVector _shift;

    private PlannedGroupNorm(GroupNorm op, PlanBuilder plan)
    {
        (_op, _pixels) = (op, op.Output.Shape.Pixels);
        _scale = PlannedVector.Plan(op.Parameters[0], "weight", plan, isReadBackward: true);
        _shift = PlannedVector.Plan(op.Parameters[1], "bias", plan);
    }

    public override int ForwardPhases => 2;

    public override int BackwardPhases => YGradient is null ? 0 : 3;

    public override bool IsForwardShared(int phase) => phase > 0;

    public override bool IsBackwardShared(int phase) => phase == 1;

    private Tensor X { get; init; } = null!;

    private Tensor Y { get; init; } = null!;

    /// <summary>Gets the means of all groups of all examples, followed by the inverse deviations.</summary>
    private Tensor Statistics { get; init; } = null!;

    private Tensor? YGradient { get; init; }

    private InputGradientTarget? XGradient { get; init; }

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedGroupNorm Plan(GroupNorm op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.WriteInPlace(keepsInput: plan.RunsBackward);
        long bytes = 2 * sizeof(float) * (long)op.Groups * plan.Settings.MicroBatchSize;
        Tensor statistics = plan.RunsBackward ? plan.AddKept("statistics", bytes, examples: 1) : plan.ForwardScratch("statistics", bytes)!;
        if (plan.RunsBackward)
        {
            plan.Keep(x);
        }

        return new PlannedGroupNorm(op, plan)
        {
            X = x,
            Y = y,
            Statistics = statistics,
            XGradient = plan.RunsBackward ? plan.InputGradient(op.Input) : null,
            YGradient = plan.OutputGradient(),
        };
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        if (phase == 0)
        {
            if (worker == 0)
            {
                _scale.Assemble(pass);
                _shift.Assemble(pass);
            }

            return;
        }

        float* mean = pass.Floats(Statistics), inverse = InverseOf(pass);
        (int first, int last) = pass.Share(pass.Examples, worker);
        GroupNormKernel.Forward(
            pass.Floats(X), _op.Groups, _scale.Get(pass), _shift.Get(pass), pass.Floats(Y), mean, inverse, _pixels, _op.Channels, first, last, _op.Epsilon);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        float* dy = pass.Floats(YGradient!);
        float* x = pass.Floats(X);
        float* mean = pass.Floats(Statistics), inverse = InverseOf(pass);
        if (phase == 0 && worker == 0)
        {
            _scale.Assemble(pass, isBackward: true);
            _scale.BeginGradient(pass);
            _shift.BeginGradient(pass);
        }
        else if (phase == 1)
        {
            if (XGradient is not null)
            {
                (int first, int last) = pass.Share(pass.Examples, worker);
                GroupNormKernel.InputGradient(
                    dy, x, _op.Groups, _scale.Get(pass, isBackward: true), mean, inverse, pass.Floats(XGradient.Tensor), _pixels, _op.Channels, first, last, XGradient.Adds);
            }

            if (_scale.IsTrained || _shift.IsTrained)
            {
                (int first, int last) = pass.Share(_op.Channels, worker, 16);
                GroupNormKernel.ScaleShiftGradient(
                    x, dy, _op.Groups, mean, inverse, _scale.GradientOf(pass), _shift.GradientOf(pass), pass.Examples, _pixels, _op.Channels, first, last);
            }
        }
        else if (phase == 2 && worker == 0)
        {
            _scale.ConsumeGradient(pass);
            _shift.ConsumeGradient(pass);
        }
    }

    private float* InverseOf(TrainingPass pass) => pass.Floats(Statistics) + ((long)pass.Examples * _op.Groups);
}
