using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents batch normalization with frozen statistics, a scale and a shift per channel, bound to its tensors.</summary>
internal sealed unsafe class PlannedFrozenBatchNorm : PlannedOperation
{
    private readonly int _channels;
    private readonly int _pixels;
    private readonly double _epsilon;
    private readonly PlannedVector _scale;
    private readonly PlannedVector _shift;
    private readonly PlannedVector _mean;
    private readonly PlannedVector _variance;

    private PlannedFrozenBatchNorm(BatchNorm op, PlanBuilder plan)
    {
        (_channels, _pixels, _epsilon) = (op.Channels, op.Output.Shape.Pixels, op.Epsilon);
        _scale = PlannedVector.Plan(op.Parameters[0], "weight", plan, isReadBackward: true);
        _shift = PlannedVector.Plan(op.Parameters[1], "bias", plan, isReadBackward: true);
        _mean = PlannedVector.Plan(op.Parameters[2], "mean", plan, isReadBackward: true, hasGradient: false);
        _variance = PlannedVector.Plan(op.Parameters[3], "variance", plan, isReadBackward: true, hasGradient: false);
    }

    public override int ForwardPhases => 2;

    public override int BackwardPhases => YGradient is null ? 0 : 3;

    public override bool IsForwardShared(int phase) => phase > 0;

    public override bool IsBackwardShared(int phase) => phase == 1 ? _scale.IsTrained || _shift.IsTrained : phase == 2 && XGradient is not null;

    private Tensor X { get; init; } = null!;

    private Tensor Y { get; init; } = null!;

    private Tensor? YGradient { get; init; }

    private InputGradientTarget? XGradient { get; init; }

    /// <summary>Gets the tensor of the affine form while the operation runs: factor, offset, mean and inverse deviation of each channel.</summary>
    private Tensor ForwardAffine { get; init; } = null!;

    private Tensor? BackwardAffine { get; init; }

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedFrozenBatchNorm Plan(BatchNorm op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        bool trainsScale = plan.IsTrained(op.Parameters[0]);
        Tensor y = plan.WriteInPlace(keepsInput: trainsScale);
        if (trainsScale)
        {
            plan.Keep(x);
        }

        plan.ShareGradient(op.Input);
        long affine = 4 * sizeof(float) * (long)op.Channels;
        return new PlannedFrozenBatchNorm(op, plan)
        {
            X = x,
            Y = y,
            XGradient = plan.RunsBackward ? plan.InputGradient(op.Input) : null,
            YGradient = plan.OutputGradient(),
            ForwardAffine = plan.ForwardScratch("affine", affine)!,
            BackwardAffine = plan.BackwardScratch("affine", affine),
        };
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        if (phase == 0)
        {
            if (worker == 0)
            {
                Prepare(pass, isBackward: false);
            }

            return;
        }

        float* affine = pass.Floats(ForwardAffine);
        (int first, int last) = pass.Share(pass.Examples * _pixels, worker, 16);
        long at = (long)first * _channels;
        FrozenNorm.Forward(pass.Floats(X) + at, affine, affine + _channels, pass.Floats(Y) + at, last - first, _channels);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        float* dy = pass.Floats(YGradient!);
        float* affine = pass.Floats(BackwardAffine!);
        if (phase == 0)
        {
            if (worker == 0)
            {
                Prepare(pass, isBackward: true);
                _scale.BeginGradient(pass);
                _shift.BeginGradient(pass);
            }
        }
        else if (phase == 1 && (_scale.IsTrained || _shift.IsTrained))
        {
            // This precedes the input's gradient, which may overwrite the output's gradient.
            (int first, int last) = pass.Share(_channels, worker, 16);
            FrozenNorm.ScaleShiftGradient(
                _scale.IsTrained ? pass.Floats(X) : null,
                dy,
                affine + (2 * _channels),
                affine + (3 * _channels),
                (long)pass.Examples * _pixels,
                _channels,
                _scale.GradientOf(pass),
                _shift.GradientOf(pass),
                first,
                last);
        }
        else if (phase == 2)
        {
            if (XGradient is not null)
            {
                (int first, int last) = pass.Share(pass.Examples * _pixels, worker, 16);
                long at = (long)first * _channels;
                FrozenNorm.InputGradient(dy + at, affine, pass.Floats(XGradient.Tensor) + at, last - first, _channels, XGradient.Adds);
            }

            if (worker == 0)
            {
                _scale.ConsumeGradient(pass);
                _shift.ConsumeGradient(pass);
            }
        }
    }

    private void Prepare(TrainingPass pass, bool isBackward)
    {
        _scale.Assemble(pass, isBackward);
        _shift.Assemble(pass, isBackward);
        _mean.Assemble(pass, isBackward);
        _variance.Assemble(pass, isBackward);
        float* affine = pass.Floats(isBackward ? BackwardAffine! : ForwardAffine);
        FrozenNorm.Prepare(
            _scale.Get(pass, isBackward),
            _shift.Get(pass, isBackward),
            _mean.Get(pass, isBackward),
            _variance.Get(pass, isBackward),
            _epsilon,
            _channels,
            affine,
            affine + _channels,
            affine + (2 * _channels),
            affine + (3 * _channels));
    }
}
