#pragma warning disable
namespace Ftte.TinyEngine.Kernels;
internal static unsafe class DepthwiseForward { public static void Run(in ConvolutionShape s,float* x,float* w,float* bias,float* y,int r0,int r1){
    for(int r=r0;r<r1;r++){int n=r/s.OutputHeight,oh=r%s.OutputHeight;for(int ow=0;ow<s.OutputWidth;ow++)for(int f=0;f<s.Filters;f++){float a=bias==null?0:bias[f];
      for(int i=0;i<s.KernelHeight;i++)for(int j=0;j<s.KernelWidth;j++){int ih=oh*s.StrideY+i-s.PaddingY,iw=ow*s.StrideX+j-s.PaddingX;if(ih<0||ih>=s.Height||iw<0||iw>=s.Width)continue;
        a=MathF.FusedMultiplyAdd(x[((n*s.Height+ih)*s.Width+iw)*s.Channels+f],w[(i*s.KernelWidth+j)*s.Filters+f],a);}
      y[((n*s.OutputHeight+oh)*s.OutputWidth+ow)*s.Filters+f]=a;}}}}
internal static unsafe class DepthwiseInputGradient { public static void Run(in ConvolutionShape s,float* dy,float* w,bool add,float* dx,int r0,int r1){
    for(int r=r0;r<r1;r++){int n=r/s.Height,ih=r%s.Height;for(int iw=0;iw<s.Width;iw++)for(int ch=0;ch<s.Channels;ch++){float a=0;
      for(int i=0;i<s.KernelHeight;i++)for(int j=0;j<s.KernelWidth;j++){int t=ih+s.PaddingY-i,u=iw+s.PaddingX-j;if(t<0||u<0||t%s.StrideY!=0||u%s.StrideX!=0)continue;t/=s.StrideY;u/=s.StrideX;if(t>=s.OutputHeight||u>=s.OutputWidth)continue;
        a=MathF.FusedMultiplyAdd(dy[((n*s.OutputHeight+t)*s.OutputWidth+u)*s.Filters+ch],w[(i*s.KernelWidth+j)*s.Filters+ch],a);}
      float* p=dx+((n*s.Height+ih)*s.Width+iw)*s.Channels+ch;*p=add?*p+a:a;}}}}
internal static unsafe class DepthwiseWeightGradient { public static void Run(in ConvolutionShape s,int ex,float* x,int xc,int x0,float* dy,float* dw,int c0,int c1){
    for(int k=0;k<s.KernelHeight*s.KernelWidth;k++){int j=k%s.KernelWidth,i=k/s.KernelWidth;for(int c=c0;c<c1;c++){float* p=dw+k*s.Channels+c;float a=*p;
      for(int n=0;n<ex;n++)for(int oh=0;oh<s.OutputHeight;oh++)for(int ow=0;ow<s.OutputWidth;ow++){int ih=oh*s.StrideY+i-s.PaddingY,iw=ow*s.StrideX+j-s.PaddingX;if(ih<0||ih>=s.Height||iw<0||iw>=s.Width)continue;
        a=MathF.FusedMultiplyAdd(x[((n*s.Height+ih)*s.Width+iw)*xc+c-x0],dy[((n*s.OutputHeight+oh)*s.OutputWidth+ow)*s.Channels+c],a);}
      *p=a;}}}}
internal static unsafe class BiasGradient { public static void Run(float* dy,long pixels,int ch,float* db,int c0,int c1){for(int c=c0;c<c1;c++){float a=db[c];for(long p=0;p<pixels;p++)a+=dy[p*ch+c];db[c]=a;}}}
internal static unsafe class FrozenNorm {
  public static void Prepare(float* scale,float* shift,float* mean,float* variance,double eps,int ch,float* a,float* b,float* m,float* inv){for(int c=0;c<ch;c++){inv[c]=(float)(1/Math.Sqrt(variance[c]+eps));m[c]=mean[c];a[c]=inv[c]*scale[c];b[c]=shift[c]-mean[c]*a[c];}}
  public static void Prepare(float* scale,float* shift,float* mean,float* inv,int ch,float* a,float* b){for(int c=0;c<ch;c++){a[c]=inv[c]*scale[c];b[c]=shift[c]-mean[c]*a[c];}}
  public static void Forward(float* x,float* a,float* b,float* y,long pixels,int ch){for(long i=0;i<pixels*ch;i++)y[i]=MathF.FusedMultiplyAdd(x[i],a[i%ch],b[i%ch]);}
  public static void InputGradient(float* dy,float* a,float* dx,long pixels,int ch,bool add){for(long i=0;i<pixels*ch;i++){float g=dy[i]*a[i%ch];dx[i]=add?dx[i]+g:g;}}
  public static void ScaleShiftGradient(float* x,float* dy,float* mean,float* inv,long pixels,int ch,float* ds,float* db,int c0,int c1){for(int c=c0;c<c1;c++){float s=ds!=null?ds[c]:0,t=db!=null?db[c]:0;for(long p=0;p<pixels;p++){float g=dy[p*ch+c];t+=g;if(ds!=null)s+=g*(x[p*ch+c]-mean[c])*inv[c];}if(ds!=null)ds[c]=s;if(db!=null)db[c]=t;}}
}
internal static unsafe class BatchNormKernel {
  public static void Statistics(float* x,long pixels,int ch,float* mean,float* inv,float* variance,double eps,int c0,int c1){for(int c=c0;c<c1;c++){double m=0,v=0;for(long p=0;p<pixels;p++)m+=x[p*ch+c];m/=pixels;for(long p=0;p<pixels;p++){double d=x[p*ch+c]-m;v+=d*d;}v/=pixels;mean[c]=(float)m;variance[c]=(float)v;inv[c]=(float)(1/Math.Sqrt(v+eps));}}
  public static void Backward(float* dy,float* x,float* mean,float* inv,float* scale,float* dx,bool add,long pixels,int ch,float* ds,float* db,int c0,int c1){for(int c=c0;c<c1;c++){double s=0,t=0;for(long p=0;p<pixels;p++){double g=dy[p*ch+c];s+=g;t+=g*(x[p*ch+c]-mean[c])*inv[c];}if(ds!=null)ds[c]+=(float)t;if(db!=null)db[c]+=(float)s;if(dx!=null)for(long p=0;p<pixels;p++){double xh=(x[p*ch+c]-mean[c])*inv[c];float g=(float)(scale[c]*inv[c]/pixels*(pixels*(double)dy[p*ch+c]-s-xh*t));dx[p*ch+c]=add?dx[p*ch+c]+g:g;}}}
}
internal static unsafe class GroupNormKernel {
  public static void Forward(float* x,int groups,float* scale,float* shift,float* y,float* mean,float* inv,int pixels,int ch,int n0,int n1,double eps){int z=ch/groups;for(int n=n0;n<n1;n++)for(int g=0;g<groups;g++){double m=0,v=0;for(int c=g*z;c<(g+1)*z;c++)for(int p=0;p<pixels;p++)m+=x[(n*pixels+p)*ch+c];m/=pixels*z;for(int c=g*z;c<(g+1)*z;c++)for(int p=0;p<pixels;p++){double d=x[(n*pixels+p)*ch+c]-m;v+=d*d;}v/=pixels*z;float i=(float)(1/Math.Sqrt(v+eps));mean[n*groups+g]=(float)m;inv[n*groups+g]=i;for(int c=g*z;c<(g+1)*z;c++)for(int p=0;p<pixels;p++){long at=(n*pixels+p)*ch+c;y[at]=(float)((x[at]-m)*i*scale[c]+shift[c]);}}}
  public static void InputGradient(float* dy,float* x,int groups,float* scale,float* mean,float* inv,float* dx,int pixels,int ch,int n0,int n1,bool add){int z=ch/groups;for(int n=n0;n<n1;n++)for(int g=0;g<groups;g++){double s=0,t=0;float m=mean[n*groups+g],i=inv[n*groups+g];for(int c=g*z;c<(g+1)*z;c++)for(int p=0;p<pixels;p++){long at=(n*pixels+p)*ch+c;double q=dy[at]*scale[c];s+=q;t+=q*(x[at]-m)*i;}double k=pixels*z;for(int c=g*z;c<(g+1)*z;c++)for(int p=0;p<pixels;p++){long at=(n*pixels+p)*ch+c;double q=dy[at]*scale[c];float r=(float)(i/k*(k*q-s-(x[at]-m)*i*t));dx[at]=add?dx[at]+r:r;}}}
  public static void ScaleShiftGradient(float* x,float* dy,int groups,float* mean,float* inv,float* ds,float* db,int ex,int pixels,int ch,int c0,int c1){int z=ch/groups;for(int c=c0;c<c1;c++){float s=ds!=null?ds[c]:0,t=db!=null?db[c]:0;for(int n=0;n<ex;n++)for(int p=0;p<pixels;p++){long at=(n*pixels+p)*ch+c;t+=dy[at];s+=dy[at]*(x[at]-mean[n*groups+c/z])*inv[n*groups+c/z];}if(ds!=null)ds[c]=s;if(db!=null)db[c]=t;}}
}
internal enum MaskedActivationKind { Relu, Relu6, LeakyRelu }
internal static unsafe class MaskedActivationKernel {
  public static void Forward(MaskedActivationKind k,float slope,float* x,float* y,byte* mask,int i0,int i1){for(int i=i0;i<i1;i++){float v=x[i];bool pass=k switch{MaskedActivationKind.Relu6=>!(v<=0)&&!(v>=6),_=>!(v<=0)};y[i]=k switch{MaskedActivationKind.Relu=>pass?v:0,MaskedActivationKind.Relu6=>pass?v:v<=0?0:6,_=>pass?v:slope*v};if(mask!=null){if(i%8==0)mask[i/8]=0;if(pass)mask[i/8]|=(byte)(1<<(i%8));}}}
  public static void Backward(MaskedActivationKind k,float slope,byte* mask,float* dy,float* dx,int i0,int i1){for(int i=i0;i<i1;i++){bool pass=(mask[i/8]>>(i%8)&1)!=0;dx[i]=pass?dy[i]:k==MaskedActivationKind.LeakyRelu?slope*dy[i]:0;}}
}
internal enum SmoothActivationKind { HardSwish, Sigmoid, Tanh }
internal static unsafe class SmoothActivationKernel {
  public static void Forward(SmoothActivationKind k,float* x,float* y,int n){for(int i=0;i<n;i++){double v=x[i];y[i]=(float)(k switch{SmoothActivationKind.Sigmoid=>1/(1+Math.Exp(-v)),SmoothActivationKind.Tanh=>Math.Tanh(v),_=>v*Math.Clamp(v+3,0,6)/6});}}
  public static void Backward(SmoothActivationKind k,float* s,float* dy,float* dx,int n,bool add){for(int i=0;i<n;i++){double v=s[i];double d=k switch{SmoothActivationKind.Sigmoid=>v*(1-v),SmoothActivationKind.Tanh=>1-v*v,_=>v<=-3?0:v>=3?1:(2*v+3)/6};float g=(float)(dy[i]*d);dx[i]=add?dx[i]+g:g;}}
}
internal readonly record struct PoolingShape(int Height,int Width,int Channels,int KernelHeight,int KernelWidth,int StrideY,int StrideX,int PaddingY,int PaddingX){public int OutputHeight=>(Height+2*PaddingY-KernelHeight)/StrideY+1;public int OutputWidth=>(Width+2*PaddingX-KernelWidth)/StrideX+1;}
internal static unsafe class MaxPool {
  public static long IndexBytes(in PoolingShape s,int ex)=>(long)ex*s.OutputHeight*s.OutputWidth*s.Channels;
  public static void Forward(in PoolingShape s,float* x,float* y,byte* index,int r0,int r1){for(int r=r0;r<r1;r++){int n=r/s.OutputHeight,oh=r%s.OutputHeight;for(int ow=0;ow<s.OutputWidth;ow++)for(int c=0;c<s.Channels;c++){float best=float.NegativeInfinity;int at=0;bool any=false;for(int k=0;k<s.KernelHeight*s.KernelWidth;k++){int ih=oh*s.StrideY+k/s.KernelWidth-s.PaddingY,iw=ow*s.StrideX+k%s.KernelWidth-s.PaddingX;if(ih<0||ih>=s.Height||iw<0||iw>=s.Width)continue;float v=x[((n*s.Height+ih)*s.Width+iw)*s.Channels+c];if(!any||v>best){best=v;at=k;any=true;}}long o=((n*s.OutputHeight+oh)*s.OutputWidth+ow)*(long)s.Channels+c;y[o]=best;if(index!=null)index[o]=(byte)at;}}}
  public static void Backward(in PoolingShape s,float* dy,byte* index,float* dx,bool add,int n0,int n1){long per=s.Height*s.Width*s.Channels;if(!add)new Span<float>(dx+n0*per,(int)((n1-n0)*per)).Clear();for(int n=n0;n<n1;n++)for(int oh=0;oh<s.OutputHeight;oh++)for(int ow=0;ow<s.OutputWidth;ow++)for(int c=0;c<s.Channels;c++){long o=((n*s.OutputHeight+oh)*s.OutputWidth+ow)*(long)s.Channels+c;int k=index[o];int ih=oh*s.StrideY+k/s.KernelWidth-s.PaddingY,iw=ow*s.StrideX+k%s.KernelWidth-s.PaddingX;dx[((n*s.Height+ih)*s.Width+iw)*s.Channels+c]+=dy[o];}}
}
internal static unsafe class AveragePool {
  public static void Forward(in PoolingShape s,float* x,float* y,int r0,int r1){for(int r=r0;r<r1;r++){int n=r/s.OutputHeight,oh=r%s.OutputHeight;for(int ow=0;ow<s.OutputWidth;ow++)for(int c=0;c<s.Channels;c++){float a=0;for(int k=0;k<s.KernelHeight*s.KernelWidth;k++){int ih=oh*s.StrideY+k/s.KernelWidth-s.PaddingY,iw=ow*s.StrideX+k%s.KernelWidth-s.PaddingX;if(ih<0||ih>=s.Height||iw<0||iw>=s.Width)continue;a+=x[((n*s.Height+ih)*s.Width+iw)*s.Channels+c];}y[((n*s.OutputHeight+oh)*s.OutputWidth+ow)*(long)s.Channels+c]=a/(s.KernelHeight*s.KernelWidth);}}}
  public static void Backward(in PoolingShape s,float* dy,float* dx,bool add,int n0,int n1){long per=s.Height*s.Width*s.Channels;if(!add)new Span<float>(dx+n0*per,(int)((n1-n0)*per)).Clear();for(int n=n0;n<n1;n++)for(int oh=0;oh<s.OutputHeight;oh++)for(int ow=0;ow<s.OutputWidth;ow++)for(int c=0;c<s.Channels;c++)for(int k=0;k<s.KernelHeight*s.KernelWidth;k++){int ih=oh*s.StrideY+k/s.KernelWidth-s.PaddingY,iw=ow*s.StrideX+k%s.KernelWidth-s.PaddingX;if(ih<0||ih>=s.Height||iw<0||iw>=s.Width)continue;dx[((n*s.Height+ih)*s.Width+iw)*s.Channels+c]+=dy[((n*s.OutputHeight+oh)*s.OutputWidth+ow)*(long)s.Channels+c]/(s.KernelHeight*s.KernelWidth);}}
}
internal static unsafe class GlobalAverage {
  public static void Forward(float* x,float* y,int pixels,int ch,int n0,int n1){for(int n=n0;n<n1;n++)for(int c=0;c<ch;c++){float a=0;for(int p=0;p<pixels;p++)a+=x[(n*pixels+p)*ch+c];y[n*ch+c]=a*(1f/pixels);}}
  public static void Backward(float* dy,float* dx,int pixels,int ch,bool add,int n0,int n1){for(int n=n0;n<n1;n++)for(int p=0;p<pixels;p++)for(int c=0;c<ch;c++){float g=dy[n*ch+c]*(1f/pixels);float* q=dx+(n*pixels+p)*ch+c;*q=add?*q+g:g;}}
}
internal static unsafe class Elementwise {
  public static void Add(float* x,float* y,float* s,int n){for(int i=0;i<n;i++)s[i]=x[i]+y[i];}
  public static void AddTo(float* x,float* y,int n){for(int i=0;i<n;i++)y[i]+=x[i];}
  public static void Copy(float* x,float* y,int n){for(int i=0;i<n;i++)y[i]=x[i];}
  public static void Scale(float* x,float f,int n){for(int i=0;i<n;i++)x[i]*=f;}
  public static void ConcatChannels(float* x,int xc,float* y,int yc,int c0,long p0,long p1){for(long p=p0;p<p1;p++)for(int c=0;c<xc;c++)y[p*yc+c0+c]=x[p*xc+c];}
  public static void SplitChannels(float* dy,int yc,int c0,float* dx,int xc,bool add,long p0,long p1){for(long p=p0;p<p1;p++)for(int c=0;c<xc;c++){float g=dy[p*yc+c0+c];dx[p*xc+c]=add?dx[p*xc+c]+g:g;}}
}
internal static unsafe class DropoutKernel { public static void Forward(float* v,int n,ulong seed,ulong first,float rate){uint t=(uint)(rate*65536);float f=1/(1-rate);for(int i=0;i<n;i++){ulong at=first+(ulong)i;uint b=(uint)(SplitMix64.At(seed,at/4)>>(int)(16*(at%4)))&0xFFFF;v[i]=b>=t?v[i]*f:0;}}}
internal static class BinaryCrossEntropy { public static double Run(ReadOnlySpan<float> x,ReadOnlySpan<float> t,float scale,Span<float> g){double l=0;for(int i=0;i<x.Length;i++){double v=x[i];l+=Math.Max(v,0)-v*t[i]+Math.Log(1+Math.Exp(-Math.Abs(v)));g[i]=(float)(scale/x.Length*(1/(1+Math.Exp(-v))-t[i]));}return l/x.Length;}}
internal static class MeanSquaredError { public static double Run(ReadOnlySpan<float> x,ReadOnlySpan<float> t,float scale,Span<float> g){double l=0;for(int i=0;i<x.Length;i++){double d=(double)x[i]-t[i];l+=d*d;g[i]=(float)(2*scale/x.Length*d);}return l/x.Length;}}
internal static unsafe class SgdKernel {
  public static void Apply(float* w,float* g,int n,float rate,float shrink){for(int i=0;i<n;i++)w[i]=MathF.FusedMultiplyAdd(-rate,g[i],shrink*w[i]);}
  public static void ApplyMomentum(float* w,float* g,float* v,int n,float rate,float decay,float mom){for(int i=0;i<n;i++){float q=g[i]+decay*w[i];v[i]=mom*v[i]+q;w[i]-=rate*v[i];}}
  public static double SumOfSquares(float* g,int n){double s=0;for(int i=0;i<n;i++)s+=(double)g[i]*g[i];return s;}
}
